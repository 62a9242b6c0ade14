"""Run as a program: a system that works in a directory until it is killed, and says on its output what returned.

    python killed.py STAGE DIRECTORY SEED

Each call writes two lines of JSON: one before it (`{"call": [...]}`) and, once it returned, its answer
(`{"answer": [...]}`, the tweets that came back). What stands between the last answer and the kill may have
happened or not; everything that was answered has.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
from support.graphs import ring
from support.on_disk import USERS, open_system
from support.plain import Plain, apply, random_calls


def say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


def main(stage: str, directory: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    with open_system(stage, directory, None if seed else ring(USERS)) as system:
        model = Plain()
        say(open=True)
        for kind, *arguments in random_calls(rng, USERS, 10**6, model):
            call = [kind, *arguments]
            if kind == "post" and rng.random() < 0.3:
                say(call=call, key=f"key {seed} {arguments[1]}")
                answer = system.post(*arguments, key=f"key {seed} {arguments[1]}")
                model.post(answer)
            else:
                say(call=call)
                answer = apply(model, system, kind, *arguments)
            say(answer=[answer] if kind == "post" else answer or [])
            if rng.random() < 0.3:
                system.step(int(rng.integers(1, 6)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
