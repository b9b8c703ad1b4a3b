"""What the figures of a benchmark decide: a line that says what is not held, or None; sys.exit takes either."""

import math
import statistics

# Student's t by degrees of freedom, 95 % to one side; for more of them the last one is a little too careful.
STUDENT = [6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833]
# How much below 1 a ratio is still noise. More starts do not average this out: where in memory the pages of both root file
# systems' files lie, which were unpacked once, is the same in all of them.
NOISE = 0.03


def under(what, seconds, limit):
    """The median of the runs is to be under `limit`: one that something else disturbed decides nothing."""
    median = statistics.median(seconds)
    return f"{what}: {median:.2f} s, which is not under {limit:g} s" if median >= limit else None


def interval(starts):
    """Of the turns' ratios, a list for each start: between what the ratio lies, with 95 % certainty to either side. A start
    counts as one figure, its median: its turns share what the processes happened to get when they were started, so that more
    of them would tell nothing about other starts."""
    logs = [math.log(statistics.median(turns)) for turns in starts]
    degrees = len(logs) - 1
    error = STUDENT[min(degrees, len(STUDENT)) - 1] * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(statistics.mean(logs) - error), math.exp(statistics.mean(logs) + error)


def not_below_one(what, starts):
    """The ratio is to be 1 within noise; what the starts leave open is not held against it."""
    least, most = interval(starts)
    return f"{what}: the ratio is at most {most:.3f}, which is less than 1 within noise" if most < 1 - NOISE else None
