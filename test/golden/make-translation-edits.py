"""Writes translation-edits.json: edits and shifts of texts by sacrebleu's lib_ter.py, whose path is the argument."""
import importlib.util
import json
import random
import sys
from pathlib import Path

spec = importlib.util.spec_from_file_location("lib_ter", sys.argv[1])
lib_ter = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lib_ter)

random.seed(4)
cases = []
for count in (2, 6, 11, 17, 23, 29, 38, 80):
    reference = [random.choice("abcdefghijklmnop") for _ in range(count)]
    words = reference[:]
    for _ in range(3):
        start = random.randrange(len(words))
        end = min(len(words), start + random.randint(1, 6))
        run, words[start:end] = words[start:end], []
        at = random.randint(0, len(words))
        words[at:at] = run
    for _ in range(random.randint(0, 5)):
        words[random.randrange(len(words))] = random.choice("abcdefxyz")
    edits = lib_ter.translation_edit_rate(words, reference)[0]
    cases.append({"hypothesis": " ".join(words), "reference": " ".join(reference), "edits": edits})
golden = {"source": "sacrebleu 2.6.0, metrics/lib_ter.py; make-translation-edits.py", "cases": cases}
Path(__file__).with_name("translation-edits.json").write_text(json.dumps(golden, indent=1) + "\n")
