using System.Text.Json;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Optim;
using Praline.Torch.Serialization;

namespace Praline.Torch.Tests;

/// <summary>Against torch 1.13's AdamW and clip_grad_norm_ and transformers 4.46's schedules (tests/golden/optim).</summary>
public class OptimGoldenTests
{
    [Fact]
    public void Schedules_give_the_reference_rates()
    {
        Assert.SkipWhen(!File.Exists(Golden.PathOf("optim", "lr_schedules.json")), "this golden folder has no lr_schedules case");

        using var record = Golden.Record("optim", "lr_schedules.json");
        using var cases = JsonDocument.Parse(File.ReadAllText(Golden.PathOf("optim", "lr_schedules.json")));
        foreach (var test in cases.RootElement.EnumerateArray())
        {
            var name = test.GetProperty("schedule").GetString()!;
            var cycles = 1;
            if (name.StartsWith("cosine_with_restarts_", StringComparison.Ordinal))
            {
                cycles = int.Parse(name["cosine_with_restarts_".Length..]);
                name = "cosine_with_restarts";
            }

            var schedule = new LearningRateSchedule(
                name, test.GetProperty("num_warmup_steps").GetInt32(), test.GetProperty("num_training_steps").GetInt32(), cycles);
            var rate = test.GetProperty("lr").GetDouble();
            var step = 0;
            foreach (var expected in test.GetProperty("lr_used_at_step").EnumerateArray())
            {
                Close.Equal([expected.GetDouble()], [rate * schedule.Factor(step)], 1e-12, 0, $"{name} at step {step++}");
            }
        }
    }

    [Theory]
    [InlineData(DType.Float32, "", 2e-6)]
    [InlineData(DType.Float64, ".f64", 1e-12)]
    public void AdamW_gives_the_reference_parameters(DType dtype, string suffix, double tolerance)
    {
        Assert.SkipWhen(!HasAdamW, "this golden folder has no adamw case");

        using var record = Golden.Record("optim", "adamw");
        using var scope = new TensorScope();
        var inputs = SafetensorsFile.Load(Golden.PathOf("optim", "adamw", "inputs.safetensors"));
        var expected = SafetensorsFile.Load(Golden.PathOf("optim", "adamw", "expected.safetensors"));
        using var cases = JsonDocument.Parse(File.ReadAllText(Golden.PathOf("optim", "adamw", "cases.json")));
        foreach (var test in cases.RootElement.GetProperty("adamw").EnumerateArray())
        {
            var number = test.GetProperty("case").GetInt32();
            var parameters = Parameters(inputs, dtype);
            using var optimizer = new AdamW(parameters, Options(test));
            var compared = 0;
            for (var step = 0; inputs.ContainsKey($"grad0.step{step}"); step++)
            {
                SetGradients(parameters, inputs, step, dtype);
                optimizer.Step();
                foreach (var (name, parameter) in parameters)
                {
                    if (expected.TryGetValue($"case{number}.{name}.after{step + 1}{suffix}", out var reference))
                    {
                        Close.Equal(reference, parameter, tolerance, 0, $"case {number} {name} step {step}");
                        compared++;
                    }
                }
            }

            Assert.True(compared > 0, $"no expected values for case {number}");
        }
    }

    [Fact]
    public void A_cosine_schedule_with_clipping_gives_the_reference_parameters()
    {
        Assert.SkipWhen(!HasAdamW, "this golden folder has no adamw case");

        using var record = Golden.Record("optim", "adamw");
        using var scope = new TensorScope();
        var inputs = SafetensorsFile.Load(Golden.PathOf("optim", "adamw", "inputs.safetensors"));
        var expected = SafetensorsFile.Load(Golden.PathOf("optim", "adamw", "expected.safetensors"));
        using var cases = JsonDocument.Parse(File.ReadAllText(Golden.PathOf("optim", "adamw", "cases.json")));
        var test = cases.RootElement.GetProperty("scheduled_clipped");
        var norms = test.GetProperty("total_norms_before_clip").EnumerateArray().Select(n => n.GetDouble()).ToArray();
        var rates = test.GetProperty("lrs").EnumerateArray().Select(n => n.GetDouble()).ToArray();
        var parameters = Parameters(inputs, DType.Float32);
        using var optimizer = new AdamW(parameters, Options(test));
        for (var step = 0; step < norms.Length; step++)
        {
            SetGradients(parameters, inputs, step, DType.Float32);
            var norm = GradientClipping.ClipGradNorm(parameters.Values, test.GetProperty("clip_grad_norm").GetDouble());
            Close.Equal([norms[step]], [norm], 1e-5, 1e-6, $"norm before step {step}");
            optimizer.LearningRate = rates[step];
            optimizer.Step();
        }

        foreach (var (name, parameter) in parameters)
        {
            Close.Equal(expected[$"sched.{name}"], parameter, 2e-6, 0, $"sched.{name}");
        }
    }

    [Fact]
    public void A_reloaded_state_goes_on_as_if_never_stopped()
    {
        using var scope = new TensorScope();
        var inputs = SafetensorsFile.Load(Golden.PathOfHelper("optim", "adamw", "inputs.safetensors"));
        var options = new AdamWOptions { LearningRate = 0.05, AmsGrad = true };
        var straight = Parameters(inputs, DType.Float32);
        var resumed = Parameters(inputs, DType.Float32);
        using var one = new AdamW(straight, options);
        using var two = new AdamW(resumed, options);
        using var three = new AdamW(resumed, options);
        for (var step = 0; step < 6; step++)
        {
            SetGradients(straight, inputs, step, DType.Float32);
            one.Step();
            SetGradients(resumed, inputs, step, DType.Float32);
            if (step == 3)
            {
                three.LoadState(two.StateTensors());
            }

            (step < 3 ? two : three).Step();
        }

        Assert.Equal(straight["param0"].ToArray<float>(), resumed["param0"].ToArray<float>());
    }

    private static bool HasAdamW => File.Exists(Golden.PathOf("optim", "adamw", "cases.json"));

    private static Dictionary<string, Tensor> Parameters(Dictionary<string, Tensor> inputs, DType dtype) =>
        inputs.Where(t => t.Key.StartsWith("param", StringComparison.Ordinal))
            .ToDictionary(t => t.Key, t => t.Value.Clone().To(dtype), StringComparer.Ordinal);

    private static void SetGradients(Dictionary<string, Tensor> parameters, Dictionary<string, Tensor> inputs, int step, DType dtype)
    {
        foreach (var (name, parameter) in parameters)
        {
            parameter.Grad = inputs[$"{name.Replace("param", "grad")}.step{step}"].Clone().To(dtype);
        }
    }

    private static AdamWOptions Options(JsonElement test) => new()
    {
        LearningRate = test.GetProperty("lr").GetDouble(),
        WeightDecay = test.GetProperty("weight_decay").GetDouble(),
        Beta1 = test.TryGetProperty("betas", out var betas) ? betas[0].GetDouble() : 0.9,
        Beta2 = test.TryGetProperty("betas", out betas) ? betas[1].GetDouble() : 0.999,
        Eps = test.TryGetProperty("eps", out var eps) ? eps.GetDouble() : 1e-8,
        AmsGrad = test.TryGetProperty("amsgrad", out var amsgrad) && amsgrad.GetBoolean(),
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FusedAdamWTakesTheSameSteps(bool amsGrad)
    {
        Assert.SkipWhen(new Version(TorchRuntime.Version.Split('+', 'a', 'b')[0]) < new Version(2, 4) && TorchRuntime.CudaDeviceCount == 0, "FusedAdamWTakesTheSameSteps: libtorch has the fused kernels on the CPU from 2.4 on.");

        using var scope = new TensorScope();
        var device = TorchRuntime.CudaDeviceCount > 0 ? Device.Cuda() : Device.Cpu;
        var plain = Train(false);
        var fused = Train(true);
        for (var i = 0; i < plain.Length; i++)
        {
            Close.Equal(plain[i], fused[i], 1e-6, 1e-6, $"parameter {i}");
        }

        Tensor[] Train(bool together)
        {
            using var generator = new Generator(3);
            Tensor[] parameters = [.. new long[][] { [5, 3], [7] }.Select(shape => Tensor.Randn(shape, generator).To(device).Alias())];
            using var optimizer = new AdamW(
                parameters.Select((p, i) => KeyValuePair.Create($"p{i}", p)), new AdamWOptions { LearningRate = 0.1, AmsGrad = amsGrad, Fused = together });
            for (var step = 0; step < 4; step++)
            {
                parameters[0].Grad = Tensor.Randn([5, 3], generator).To(device);
                parameters[1].Grad = step == 1 ? null : Tensor.Randn([7], generator).To(device); // one more step for the one than for the other
                optimizer.Step();
            }

            return parameters;
        }
    }
}
