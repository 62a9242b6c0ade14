"""Notebooks of solutions that the tests make up, with marks and points as nbgrader reads them."""

from __future__ import annotations

from nbformat import NotebookNode, v4
from support import exercise_rules as rules

FUNCTION = """import heapq


def merge_newest(sources):
    \"\"\"One iterator, newest first.\"\"\"
    ### BEGIN SOLUTION
    return heapq.merge(*sources, reverse=True)
    ### END SOLUTION"""
VALUE = """rows_read = ...  # three whole numbers
### BEGIN SOLUTION
rows_read = [
    40,
    80,
    160,
]
### END SOLUTION"""
TWO_METHODS = """class LRU:
    def get(self, key):
        ### BEGIN SOLUTION
        return self.kept.get(key)
        ### END SOLUTION

    def put(self, key, value):
        ### BEGIN SOLUTION
        self.kept[key] = value
        ### END SOLUTION

    def __len__(self):
        return len(self.kept)"""


def answer_cell(name: str, source: str) -> NotebookNode:
    metadata = {"nbgrader": {**rules.ANSWER, "grade_id": name}, "tags": ["answer"]}
    return v4.new_code_cell(source, metadata=metadata, execution_count=1)


def points_cell(name: str, most: int) -> NotebookNode:
    source = f"check.{name}({name}).points({most})"
    shown = v4.new_output("execute_result", {"text/plain": f"{most}.0"}, execution_count=3)
    graded = {**rules.POINTS, "grade_id": f"{name}-points", "points": most}
    return v4.new_code_cell(source, metadata={"nbgrader": graded}, outputs=[shown], execution_count=3)


def solution_notebook(**answers: str) -> NotebookNode:
    """A notebook of solutions, as it was run: answers by their names."""
    cells = [v4.new_markdown_cell("# 04 · Exercises"), v4.new_code_cell("from twitterlab.classroom import check, hint")]
    for number, (name, source) in enumerate(answers.items(), 1):
        cells += [v4.new_markdown_cell(f"## 4.{number} · A title\n\nIts story."), answer_cell(name, source)]
        cells += [v4.new_code_cell(f"check.{name}({name})"), v4.new_code_cell(f'hint("4.{number}")')]
    cells += [v4.new_markdown_cell("## Points"), *(points_cell(name, 4) for name in answers)]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3 (ipykernel)"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
