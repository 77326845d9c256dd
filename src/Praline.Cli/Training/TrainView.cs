using Praline.Training.Engine;
using Spectre.Console;

namespace Praline.Cli.Training;

/// <summary>Shows a training on stderr: a panel redrawn in place on a terminal, a line now and then elsewhere.</summary>
internal static class TrainView
{
    public static TrainSummary Watch(Func<IProgress<TrainProgress>, TrainSummary> train) => Ui.IsLive
        ? Ui.Err.Live(Spectre.Console.Text.Empty).AutoClear(false).Start(context => train(new LiveTrainView(Ui.Err, context)))
        : train(new PlainTrainView(Console.Error));
}
