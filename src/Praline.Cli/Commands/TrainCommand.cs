using System.CommandLine;
using System.Globalization;
using Praline.Training;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.Lora;

namespace Praline.Cli.Commands;

/// <summary><c>praline train METHOD</c>: supervised or preference training. Stop it at any moment; run again, it goes on.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var method = new Argument<string>("method") { Description = "sft, synpo, dpo, or another objective (docs/methods.md)." };
        var model = new Option<string?>("--model", "--pretrained-pth") { Description = "Checkpoint to train. Default: the small captioner that ships with Praline." };
        var scratch = new Option<bool>("--from-scratch") { Description = "Start from random weights; the checkpoint gives configuration and tokenizer." };
        var data = new Option<string>("--data", "--dataset-path") { Description = "Rows to train on: JSON Lines or a JSON array.", Required = true };
        var videos = new Option<string?>("--videos", "--dir-path") { Description = "Folder of the media that rows name. Default: the data file's folder." };
        var output = new Option<string>("--out", "--model-dir") { Description = "The run's folder.", Required = true };
        var train = new Option<string[]>("--train")
        {
            Description = "What trains: lora, language, projector, vision, last_layers:N.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["lora"],
        };
        var alpha = new Option<double?>("--alpha") { Description = "The objective's alpha (SynPO: 30)." };
        var beta = new Option<double?>("--beta") { Description = "The objective's beta (SynPO: 0.2, DPO: 0.1)." };
        var gap = new Option<double>("--min-score-gap") { Description = "Pairs with closer scores are left out.", DefaultValueFactory = _ => 4 };
        var epochs = new Option<int>("--num-epochs") { Description = "Passes over the data.", DefaultValueFactory = _ => 5 };
        var rate = new Option<double>("--lr") { Description = "Learning rate.", DefaultValueFactory = _ => 5e-6 };
        var batch = new Option<int>("--batch-size") { Description = "Rows per micro-batch.", DefaultValueFactory = _ => 1 };
        var accumulate = new Option<int>("--accumulation-steps") { Description = "Micro-batches per optimizer step.", DefaultValueFactory = _ => 32 };
        var warmup = new Option<double>("--warmup-ratio") { Description = "Share of the steps that warm up.", DefaultValueFactory = _ => 0.1 };
        var r = new Option<int>("--lora-r") { Description = "LoRA's rank.", DefaultValueFactory = _ => 128 };
        var loraAlpha = new Option<double>("--lora-alpha") { Description = "LoRA's alpha.", DefaultValueFactory = _ => 64 };
        var dropout = new Option<double>("--lora-dropout") { Description = "LoRA's dropout.", DefaultValueFactory = _ => 0.05 };
        var ratio = new Option<double?>("--token-kept-ratio") { Description = "Share of visual tokens that AuroraCap's merging keeps." };
        var minFrm = new Option<int>("--min-frm") { Description = "Fewest frames of a video.", DefaultValueFactory = _ => 8 };
        var maxFrm = new Option<int>("--max-frm") { Description = "Most frames of a video.", DefaultValueFactory = _ => 16 };
        var fpsFrm = new Option<double>("--fps-frm") { Description = "Frames per second of video.", DefaultValueFactory = _ => 0.5 };
        var sampledFrm = new Option<int?>("--sampled-frm") { Description = "Exactly so many frames of a video." };
        var seed = new Option<ulong>("--seed") { Description = "Decides every random choice.", DefaultValueFactory = _ => 0 };
        var threads = new Option<int?>("--threads") { Description = "Threads that an operator may use. Default: the processors of this machine." };
        var device = new Option<string>("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
        var command = new Command("train", "Train on questions and answers (sft) or on preference pairs (synpo, dpo, …).")
        {
            method, model, scratch, data, videos, output, train, alpha, beta, gap, epochs, rate, batch, accumulate, warmup, r, loraAlpha, dropout, ratio,
            minFrm, maxFrm, fpsFrm, sampledFrm, seed, threads, device,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var objective = new Dictionary<string, object?>();
            if (parsed.GetValue(alpha) is { } a)
            {
                objective["alpha"] = a;
            }

            if (parsed.GetValue(beta) is { } b)
            {
                objective["beta"] = b;
            }

            var options = new TrainOptions
            {
                Method = parsed.GetValue(method)!,
                Objective = objective,
                PretrainedPth = parsed.GetValue(model) ?? ShippedFiles.BaseCaptioner,
                FromScratch = parsed.GetValue(scratch),
                DatasetPath = parsed.GetValue(data)!,
                DirPath = parsed.GetValue(videos),
                ModelDir = parsed.GetValue(output)!,
                Train = parsed.GetValue(train)!,
                MinScoreGap = parsed.GetValue(gap),
                Lora = new LoraConfig { R = parsed.GetValue(r), LoraAlpha = parsed.GetValue(loraAlpha), LoraDropout = parsed.GetValue(dropout) },
                TokenKeptRatio = parsed.GetValue(ratio),
                Frames = new FrameOptions
                {
                    MinFrm = parsed.GetValue(minFrm),
                    MaxFrm = parsed.GetValue(maxFrm),
                    FpsFrm = parsed.GetValue(fpsFrm),
                    SampledFrm = parsed.GetValue(sampledFrm),
                },
                Threads = parsed.GetValue(threads) ?? Environment.ProcessorCount,
                Device = parsed.GetValue(device)!,
                Loop = new TrainerOptions
                {
                    NumEpochs = parsed.GetValue(epochs),
                    LearningRate = parsed.GetValue(rate),
                    BatchSize = parsed.GetValue(batch),
                    AccumulationSteps = parsed.GetValue(accumulate),
                    WarmupRatio = parsed.GetValue(warmup),
                    Seed = parsed.GetValue(seed),
                },
            };
            var summary = TrainingSession.Run(options, new TrainView(), cancellation);
            Console.WriteLine(summary.Result);
            return Task.FromResult(Host.Success);
        });
        return command;
    }
}
