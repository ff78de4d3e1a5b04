import resource

from portal.lib.stack import with_room

DEEPEST, CALLS = 200, 20


def leaf():
    pass


def loop_at(depth):
    if depth:
        loop_at(depth - 1)
    else:
        for _ in range(CALLS):
            leaf()


def faults_of(call):
    """Return how often the kernel gave memory while loops ran at every depth."""
    call(DEEPEST)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for depth in range(DEEPEST):
        call(depth)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_a_loop_at_any_depth_asks_the_kernel_for_nothing():
    roomy = with_room(lambda: faults_of(loop_at))

    assert roomy() < CALLS


def test_the_call_is_the_same():
    assert with_room(sorted)([2, 1], reverse=True) == [2, 1]
    assert with_room(leaf).__name__ == "leaf"
