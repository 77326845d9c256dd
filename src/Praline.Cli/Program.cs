using Praline.Cli;

return await Host.RunAsync(CommandTree.Create, args);
