using System.Runtime.InteropServices;
using System.Text;
using Praline.Torch.Native;

namespace Praline.Torch;

/// <summary>
/// One operator of libtorch, found by its schema name, called through the dispatcher (autograd, device and dtype dispatch included).
/// </summary>
/// <example><c>new Operator("aten::clamp").Call(x, 0.0, 1.0)</c>, <c>new Operator("aten::add", "Tensor").Call(a, b)</c></example>
public sealed unsafe class Operator(string name, string overload = "")
{
    private const int MaxResults = 8;
    private nint _handle;

    /// <summary>The schema's name, such as <c>aten::add</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The overload's name, such as <c>Tensor</c>; often empty.</summary>
    public string Overload { get; } = overload;

    /// <summary>The operator's signature as libtorch declares it.</summary>
    public string Schema => Marshal.PtrToStringUTF8(NativeMethods.pt_operator_schema(Handle))!;

    /// <summary>True when this libtorch has the operator.</summary>
    public bool Exists => _handle != 0 || NativeMethods.pt_operator_find(Name, Overload) != 0;

    private nint Handle
    {
        get
        {
            if (_handle == 0)
            {
                // Two threads may look it up at the same time: both get a valid handle.
                _handle = NativeMethods.pt_operator_find(Name, Overload);
                if (_handle == 0)
                {
                    var hint = Name.StartsWith("praline::", StringComparison.Ordinal)
                        ? "; the native library is older than this program: cmake --build artifacts/native-build makes it anew" : "";
                    throw new TorchException(NativeMethods.LastError() + hint);
                }
            }

            return _handle;
        }
    }

    /// <summary>Calls an operator that returns one tensor.</summary>
    /// <exception cref="TorchException">libtorch refused; the message has the operator, the arguments' shapes and dtypes.</exception>
    public Tensor Call(params ReadOnlySpan<Value> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        Invoke(arguments, results);
        return Tensor.Own(results[0].Pointer);
    }

    /// <summary>Calls an operator that returns two tensors.</summary>
    public (Tensor First, Tensor Second) Call2(params ReadOnlySpan<Value> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        Invoke(arguments, results);
        return (Tensor.Own(results[0].Pointer), Tensor.Own(results[1].Pointer));
    }

    /// <summary>Calls an operator that returns a list of tensors, or several tensors.</summary>
    public Tensor[] CallMany(params ReadOnlySpan<Value> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(arguments, results);
        if (count == 1 && results[0].Tag == ValueTag.TensorList)
        {
            var list = new Tensor[results[0].Count];
            for (var i = 0; i < list.Length; i++)
            {
                list[i] = Tensor.Own(((nint*)results[0].Pointer)[i]);
            }

            NativeMethods.pt_free(results[0].Pointer);
            return list;
        }

        var tensors = new List<Tensor>(count);
        for (var i = 0; i < count; i++)
        {
            if (results[i].Tag == ValueTag.Tensor && results[i].Pointer != 0)
            {
                tensors.Add(Tensor.Own(results[i].Pointer));
            }
        }

        return [.. tensors];
    }

    /// <summary>Calls an operator for its effect (in place, or with nothing to return); what it returns is dropped.</summary>
    public void Run(params ReadOnlySpan<Value> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(arguments, results);
        for (var i = 0; i < count; i++)
        {
            if (results[i].Tag == ValueTag.Tensor)
            {
                NativeMethods.pt_tensor_free(results[i].Pointer);
            }
            else if (results[i].Tag == ValueTag.TensorList)
            {
                for (var k = 0; k < results[i].Count; k++)
                {
                    NativeMethods.pt_tensor_free(((nint*)results[i].Pointer)[k]);
                }

                NativeMethods.pt_free(results[i].Pointer);
            }
        }
    }

    private int Invoke(ReadOnlySpan<Value> arguments, NativeValue* results)
    {
        var scratchLength = 0;
        foreach (ref readonly var argument in arguments)
        {
            scratchLength += argument.Reference switch
            {
                Array array => array.Length,
                string text => (Encoding.UTF8.GetByteCount(text) + 7) / 8,
                _ => 0,
            };
        }

        var native = stackalloc NativeValue[arguments.Length];
        var count = 0;
        int status;
        if (scratchLength <= 128)
        {
            var scratch = stackalloc long[scratchLength];
            Lower(arguments, native, scratch);
            status = NativeMethods.pt_operator_call(Handle, native, arguments.Length, results, MaxResults, &count);
        }
        else
        {
            fixed (long* scratch = new long[scratchLength])
            {
                Lower(arguments, native, scratch);
                status = NativeMethods.pt_operator_call(Handle, native, arguments.Length, results, MaxResults, &count);
            }
        }

        // The tensors must outlive the call: nothing else may keep their managed owners alive.
        foreach (ref readonly var argument in arguments)
        {
            GC.KeepAlive(argument.Reference);
        }

        return status == 0 ? count : throw Failure(arguments);
    }

    private static void Lower(ReadOnlySpan<Value> arguments, NativeValue* native, long* scratch)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            ref readonly var argument = ref arguments[i];
            native[i].Tag = argument.Tag;
            switch (argument.Reference)
            {
                case null:
                    native[i].Integer = argument.Bits;
                    break;
                case Tensor tensor:
                    native[i].Pointer = tensor.Handle;
                    break;
                case Generator generator:
                    native[i].Pointer = generator.Handle;
                    break;
                case long[] list:
                    list.CopyTo(new Span<long>(scratch, list.Length));
                    Advance(ref native[i], ref scratch, list.Length, list.Length);
                    break;
                case double[] list:
                    list.CopyTo(new Span<double>(scratch, list.Length));
                    Advance(ref native[i], ref scratch, list.Length, list.Length);
                    break;
                case Tensor?[] list:
                    for (var k = 0; k < list.Length; k++)
                    {
                        scratch[k] = list[k]?.Handle ?? 0;
                    }

                    Advance(ref native[i], ref scratch, list.Length, list.Length);
                    break;
                case string text:
                    var room = (Encoding.UTF8.GetByteCount(text) + 7) / 8;
                    var bytes = Encoding.UTF8.GetBytes(text, new Span<byte>(scratch, room * 8));
                    Advance(ref native[i], ref scratch, bytes, room);
                    break;
            }
        }
    }

    private static void Advance(ref NativeValue value, ref long* scratch, int count, int used)
    {
        value.Count = count;
        value.Pointer = (nint)scratch;
        scratch += used;
    }

    private Exception Failure(ReadOnlySpan<Value> arguments)
    {
        var described = new List<string>();
        foreach (ref readonly var argument in arguments)
        {
            described.Add(argument.Describe());
        }

        var full = Overload.Length == 0 ? Name : $"{Name}.{Overload}";
        return NativeMethods.Failure($"{full}({string.Join(", ", described)})");
    }
}
