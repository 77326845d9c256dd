#!/usr/bin/env python3
"""A run's event files through TensorBoard's own reader, against its metrics.jsonl.

    python3 scripts/reference/check_tensorboard.py RUN...

Needs the package tensorboard. Every finite number that a run logged must come out of TensorBoard at the same step with the same value (in single
precision, which is what event files hold), and nothing else but the speed. Prints a line per run; exits with 1 when one differs.
"""

import json, math, struct, sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import SCALARS, EventAccumulator

NOT_SCALARS = {"step", "epoch", "dropped"}  # the axis, and what summary.json has
NOT_METRICS = {"tokens_per_second"}  # in timing.jsonl, for it is not the same from run to run


def single(number):
    return struct.unpack("f", struct.pack("f", number))[0]


def logged(run):
    """{(name, step): value} of metrics.jsonl."""
    numbers = {}
    for line in (run / "metrics.jsonl").read_text().splitlines():
        row = json.loads(line)
        for name, value in row.items():
            if name not in NOT_SCALARS and isinstance(value, (int, float)) and math.isfinite(value):
                numbers[name, row["step"]] = single(value)
    return numbers


def shown(run):
    """The same as TensorBoard sees it."""
    events = EventAccumulator(str(run), size_guidance={SCALARS: 0}).Reload()
    return {(name, e.step): e.value for name in events.Tags()[SCALARS] if name not in NOT_METRICS for e in events.Scalars(name)}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    failed = False
    for run in map(Path, sys.argv[1:]):
        ours, theirs = logged(run), shown(run)
        wrong = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
        good = bool(ours) and not wrong
        failed |= not good
        print(f"{run}: {'ok' if good else 'WRONG'}, {len(ours)} numbers, {len({name for name, _ in ours})} names, {len(wrong)} differ {sorted(wrong)[:3] or ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
