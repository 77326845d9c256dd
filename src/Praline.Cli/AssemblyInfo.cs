using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Praline.Cli.Tests")]
