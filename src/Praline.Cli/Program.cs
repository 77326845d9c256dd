using Praline.Cli;

var options = OptionConventions.Hyphenated(args);
return await Host.RunAsync(() => CommandTree.Create(CommandTree.MethodOf(options)), options);
