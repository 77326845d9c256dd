using System.Buffers;

namespace Praline.Text.Tokenizers.Patterns;

/// <summary>
/// Runs a compiled pattern over one text by backtracking, on a stack of its own and with a budget of steps, so that no
/// pattern can overflow the call stack or run for ever.
/// </summary>
internal ref struct PatternMatcher
{
    private const int PlainFrame = -1;
    private const int GuardFrame = -2;

    private readonly ReadOnlySpan<PatternInstruction> _program;
    private readonly ReadOnlySpan<char> _text;
    private readonly int[] _guards;
    private Frame[] _stack;
    private int _depth;
    private long _steps;

    public PatternMatcher(ReadOnlySpan<PatternInstruction> program, int guardCount, ReadOnlySpan<char> text, long stepBudget)
    {
        _program = program;
        _text = text;
        _guards = guardCount == 0 ? [] : new int[guardCount];
        _stack = ArrayPool<Frame>.Shared.Rent(64);
        _steps = stepBudget;
    }

    /// <summary>True when the step budget ran out; matches reported afterwards mean nothing.</summary>
    public readonly bool Exhausted => _steps < 0;

    public void Dispose()
    {
        ArrayPool<Frame>.Shared.Return(_stack);
        _stack = [];
    }

    /// <summary>Matches at exactly this position; gives the end, or -1.</summary>
    public int Match(int position)
    {
        Array.Fill(_guards, -1);
        return Run(0, position);
    }

    private int Run(int pc, int position)
    {
        var floor = _depth;
        while (true)
        {
            if (--_steps < 0)
            {
                _depth = floor;
                return -1;
            }

            ref readonly var instruction = ref _program[pc];
            var ok = true;
            switch (instruction.Op)
            {
                case PatternOp.Accept:
                    _depth = floor;
                    return position;
                case PatternOp.Set:
                    ok = Take(instruction.Points, ref position);
                    pc++;
                    break;
                case PatternOp.GreedySet:
                    ok = Repeat(instruction, pc, ref position, keep: false);
                    pc++;
                    break;
                case PatternOp.PossessiveSet:
                    ok = Repeat(instruction, pc, ref position, keep: true);
                    pc++;
                    break;
                case PatternOp.Split:
                    if (instruction.Starts.Allow(_text, position))
                    {
                        Push(new Frame(instruction.Second, position, PlainFrame));
                        pc = instruction.First;
                    }
                    else
                    {
                        pc = instruction.Second;
                    }

                    break;
                case PatternOp.Jump:
                    pc = instruction.First;
                    break;
                case PatternOp.EnterLoop:
                    SetGuard(instruction.First, -1);
                    pc++;
                    break;
                case PatternOp.GuardLoop:
                    ok = _guards[instruction.First] != position;
                    SetGuard(instruction.First, position);
                    pc++;
                    break;
                case PatternOp.Look:
                    ok = Run(instruction.First, position) >= 0 != instruction.Negative;
                    pc = instruction.Second;
                    break;
                case PatternOp.LookBehind:
                    var start = StepBack(position, instruction.Minimum);
                    ok = (start >= 0 && Run(instruction.First, start) == position) != instruction.Negative;
                    pc = instruction.Second;
                    break;
                case PatternOp.Atomic:
                    position = Run(instruction.First, position);
                    ok = position >= 0;
                    pc = instruction.Second;
                    break;
                case PatternOp.Anchor:
                    ok = Holds((AnchorKind)instruction.First, position);
                    pc++;
                    break;
            }

            if (!ok && !Backtrack(floor, ref pc, ref position))
            {
                return -1;
            }
        }
    }

    private bool Backtrack(int floor, ref int pc, ref int position)
    {
        while (_depth > floor)
        {
            ref var frame = ref _stack[_depth - 1];
            if (frame.Lowest == GuardFrame)
            {
                _guards[frame.Pc] = frame.Position;
                _depth--;
                continue;
            }

            if (frame.Lowest == PlainFrame)
            {
                (pc, position) = (frame.Pc, frame.Position);
                _depth--;
                return true;
            }

            // A greedy loop gives back one code point; the frame stays while there is more to give.
            frame.Position -= frame.Position >= 2 && char.IsLowSurrogate(_text[frame.Position - 1])
                && char.IsHighSurrogate(_text[frame.Position - 2]) && frame.Position - 2 >= frame.Lowest ? 2 : 1;
            (pc, position) = (frame.Pc, frame.Position);
            _depth -= frame.Position <= frame.Lowest ? 1 : 0;
            return true;
        }

        return false;
    }

    private void SetGuard(int slot, int position)
    {
        Push(new Frame(slot, _guards[slot], GuardFrame));
        _guards[slot] = position;
    }

    private readonly bool Take(CodePointSet points, ref int position)
    {
        if (position >= _text.Length)
        {
            return false;
        }

        var c = _text[position];
        if (!char.IsHighSurrogate(c) || position + 1 >= _text.Length || !char.IsLowSurrogate(_text[position + 1]))
        {
            position++;
            return points.Contains(c);
        }

        position += 2;
        return points.Contains(char.ConvertToUtf32(c, _text[position - 1]));
    }

    private bool Repeat(in PatternInstruction instruction, int pc, ref int position, bool keep)
    {
        var count = 0;
        var lowest = position;
        for (var next = position; count < instruction.Maximum && Take(instruction.Points, ref next); position = next)
        {
            if (++count == instruction.Minimum)
            {
                lowest = next;
            }
        }

        _steps -= count;
        if (count < instruction.Minimum)
        {
            return false;
        }

        if (!keep && position > lowest)
        {
            Push(new Frame(pc + 1, position, lowest));
        }

        return true;
    }

    private readonly int StepBack(int position, int codePoints)
    {
        for (; codePoints > 0 && position > 0; codePoints--)
        {
            position -= position >= 2 && char.IsLowSurrogate(_text[position - 1]) && char.IsHighSurrogate(_text[position - 2]) ? 2 : 1;
        }

        return codePoints == 0 ? position : -1;
    }

    private readonly bool Holds(AnchorKind kind, int position) => kind switch
    {
        AnchorKind.TextStart => position == 0,
        AnchorKind.TextEnd => position == _text.Length,
        AnchorKind.TextEndOrFinalNewline => position == _text.Length || (position == _text.Length - 1 && _text[position] == '\n'),
        AnchorKind.LineStart => position == 0 || _text[position - 1] == '\n',
        AnchorKind.LineEnd => position == _text.Length || _text[position] == '\n',
        AnchorKind.WordBoundary => IsBoundary(position),
        _ => !IsBoundary(position),
    };

    private readonly bool IsBoundary(int position)
    {
        var before = StepBack(position, 1);
        var after = position;
        return (before >= 0 && Take(CodePointSet.Word, ref before)) != Take(CodePointSet.Word, ref after);
    }

    private void Push(Frame frame)
    {
        if (_depth == _stack.Length)
        {
            var larger = ArrayPool<Frame>.Shared.Rent(_stack.Length * 2);
            Array.Copy(_stack, larger, _depth);
            ArrayPool<Frame>.Shared.Return(_stack);
            _stack = larger;
        }

        _stack[_depth++] = frame;
    }

    /// <summary>
    /// Where to go on after a failure: a plain alternative, a loop that may give back, or a guard to restore.
    /// </summary>
    private record struct Frame(int Pc, int Position, int Lowest);
}
