namespace Praline.Torch;

/// <summary>
/// Operators of praline_torch's own (<c>praline::…</c>): what language models do between their matrix products, in one pass each.
/// Single and double precision on the CPU have kernels; other types and devices are served by libtorch's operators, on GPUs by its flash
/// kernels where type and shape allow.
/// </summary>
public static class Fused
{
    private static readonly Operator RmsNormOp = new("praline::rms_norm");
    private static readonly Operator SwiGluOp = new("praline::swiglu");
    private static readonly Operator RotaryOp = new("praline::rotary");
    private static readonly Operator LinearRowsOp = new("praline::linear_rows");
    private static readonly Operator DecodeAttentionOp = new("praline::decode_step_attention");
    private static readonly Operator ExtendAttentionOp = new("praline::extend_attention");
    private static readonly Operator PackedAttentionOp = new("praline::packed_attention");

    /// <summary>
    /// True when these operators run in kernels of praline_torch's own on such tensors; they read a prompt's keys transposed.
    /// </summary>
    public static bool HasKernels(Device device, DType dtype) =>
        device.Type == DeviceType.Cpu && (dtype is DType.Float32 or DType.Float64) && !TorchRuntime.PortableKernels;

    /// <summary>weight · x / √(mean(x²) + eps) over the last dimension.</summary>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double eps) => RmsNormOp.Call(x, weight, eps);

    /// <summary>silu(gate) · up.</summary>
    public static Tensor SwiGlu(Tensor gate, Tensor up) => SwiGluOp.Call(gate, up);

    /// <summary>Turns the halves of each head: x [N, heads, d] by cos and sin [N, d/2].</summary>
    public static Tensor Rotary(Tensor x, Tensor cos, Tensor sin) => RotaryOp.Call(x, cos, sin);

    /// <summary>
    /// <see cref="F.Linear"/> for few rows: on the CPU each row's numbers are the same, bit for bit, whatever rows are computed beside
    /// it.
    /// </summary>
    public static Tensor LinearRows(Tensor x, Tensor weight, Tensor? bias) => LinearRowsOp.Call(x, weight, bias);

    /// <summary>
    /// Attention in a packed stream; q [T, heads, d], k and v [T, kv heads, d] → [T, heads · d].
    /// </summary>
    /// <param name="q">Queries.</param>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="segments">
    /// Five numbers each: tree, first token, tokens, first token and number of the shared keys before its own.
    /// </param>
    /// <param name="window">Keys that a query sees, itself among them; 0 for all.</param>
    public static Tensor PackedAttention(Tensor q, Tensor k, Tensor v, long[] segments, long window) =>
        PackedAttentionOp.Call(q, k, v, segments, window);

    /// <summary>
    /// Attention of one new token per sequence, in groups that share a prompt; adds the tokens' keys and values to the groups' own.
    /// </summary>
    /// <param name="q">[N, heads, d]</param>
    /// <param name="k">[N, kv heads, d]</param>
    /// <param name="v">[N, kv heads, d]</param>
    /// <param name="promptKeys">
    /// Per group [kv heads, d, P]. Where <see cref="HasKernels"/>, contiguous or the beginning of a longer one (a view); else best a view of [P, kv heads, d], one
    /// group's behind the other's in memory, where they are seen in one call.
    /// </param>
    /// <param name="promptValues">Per group [kv heads, P, d], likewise.</param>
    /// <param name="ownKeys">
    /// Per group [rows, kv heads, d, capacity]; written to. Contiguous where <see cref="HasKernels"/>, else best a view of [rows, kv heads, capacity, d].
    /// </param>
    /// <param name="ownValues">Per group [rows, kv heads, capacity, d]; written to.</param>
    /// <param name="rows">Sequences of each group.</param>
    /// <param name="lengths">Own tokens of each group before this one.</param>
    /// <param name="window">Keys that a query sees, itself among them; 0 for all.</param>
    /// <returns>[N, heads · d]</returns>
    public static Tensor DecodeAttention(
        Tensor q, Tensor k, Tensor v, Tensor[] promptKeys, Tensor[] promptValues, Tensor[] ownKeys, Tensor[] ownValues,
        long[] rows, long[] lengths, long window) =>
        DecodeAttentionOp.Call(q, k, v, promptKeys, promptValues, ownKeys, ownValues, rows, lengths, window);

    /// <summary>
    /// Attention of several new tokens of each sequence to the sequence's prompt, to its own tokens and causally to each other; adds their keys and values to
    /// the sequence's own. Only where <see cref="HasKernels"/>. A token's result is the same, bit for bit, however many tokens are computed with it.
    /// </summary>
    /// <param name="q">[N, heads, d]</param>
    /// <param name="k">[N, kv heads, d]</param>
    /// <param name="v">[N, kv heads, d]</param>
    /// <param name="promptKeys">Per sequence [kv heads, d, P], P perhaps 0, as <see cref="DecodeAttention"/> takes them.</param>
    /// <param name="promptValues">Per sequence [kv heads, P, d].</param>
    /// <param name="ownKeys">Per sequence [1, kv heads, d, capacity]; written to.</param>
    /// <param name="ownValues">Per sequence [1, kv heads, capacity, d]; written to.</param>
    /// <param name="tokens">New tokens of each sequence.</param>
    /// <param name="lengths">Own tokens of each sequence before these.</param>
    /// <param name="window">Keys that a query sees, itself among them; 0 for all.</param>
    /// <returns>[N, heads · d]</returns>
    public static Tensor ExtendAttention(
        Tensor q, Tensor k, Tensor v, Tensor[] promptKeys, Tensor[] promptValues, Tensor[] ownKeys, Tensor[] ownValues,
        long[] tokens, long[] lengths, long window) =>
        ExtendAttentionOp.Call(q, k, v, promptKeys, promptValues, ownKeys, ownValues, tokens, lengths, window);
}
