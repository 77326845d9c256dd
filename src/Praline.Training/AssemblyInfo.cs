using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Praline.Training.Tests")]
