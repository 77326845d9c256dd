using System.CommandLine;
using Praline.Data;
using Praline.Training;

namespace Praline.Cli;

/// <summary>The options of commands that read preference rows: where media lie, what format rows have, what fields are called.</summary>
internal sealed class DataSetOptions
{
    private readonly Argument<string> _data = new("data")
    {
        Description = "Preference rows: JSON Lines, a JSON array, either of them as .gz or .zst, Parquet (a file or a folder), or a folder that datasets.save_to_disk wrote.",
    };

    private readonly Option<string?> _folder = new("--dir-path", "--videos") { Description = "Folder of the media that rows name. Default: the data file's folder." };
    private readonly Option<string?> _format = new("--data-format") { Description = $"Format of all rows, instead of each row's by its fields: {string.Join(", ", DataFormats.Names)}." };
    private readonly Option<string[]> _columns = new("--column") { Description = "Read field OLD under the name NEW, as NEW=OLD.", HelpName = "NEW=OLD" };
    private readonly Option<string[]> _ignored = new("--ignore-column") { Description = "Leave a field out of all rows.", HelpName = "FIELD" };

    private readonly Option<string> _question = new("--question") { Description = "The question of rows that have none. Default: that of train.", DefaultValueFactory = _ => new TrainOptions().Question };

    public DataSetOptions(Command command)
    {
        command.Arguments.Add(_data);
        foreach (var option in new Option[] { _folder, _format, _columns, _ignored, _question })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The data set that the command line names.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="findMedia">Whether the files that rows name have to be there.</param>
    public DataSet Open(ParseResult parsed, bool findMedia) => DataSet.Open(parsed.GetValue(_data)!, new DataOptions
    {
        MediaFolder = parsed.GetValue(_folder),
        FindMedia = findMedia,
        Format = parsed.GetValue(_format),
        Columns = DataOptions.ParseColumns(parsed.GetValue(_columns) ?? []),
        IgnoredColumns = parsed.GetValue(_ignored) ?? [],
        Question = parsed.GetValue(_question),
    });
}
