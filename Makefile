# The project's commands. README.md says each of them in plain Python and pip too, for machines without make.

PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip install --disable-pip-version-check

.PHONY: lab test tour graphs notebooks exercises exercise mutants release clean

lab: $(VENV)/.lab  ## JupyterLab on your own copy of the course, opened on its front page
	$(VENV)/bin/twitterlab lab

test: $(VENV)/.test  ## all that must hold before a change goes in; needs no network once it is installed
	$(VENV)/bin/python -m authoring.verify

tour: $(VENV)/.lab  ## the seven stages in the terminal
	$(VENV)/bin/twitterlab tour

graphs: $(VENV)/.lab  ## make the files of datasets/ again
	$(VENV)/bin/python datasets/make.py

notebooks: $(VENV)/.test  ## run the committed notebooks again, write them back normalised, make their front page and the exercises
	$(VENV)/bin/python -m authoring.starters
	PYTHONHASHSEED=0 $(VENV)/bin/python -m authoring.notebooks
	$(VENV)/bin/python -m twitterlab.instructor.front_page
	$(VENV)/bin/python -m authoring.misconceptions

exercises: $(VENV)/.test  ## make exercises/ and our answers as files from solutions/
	$(VENV)/bin/python -m authoring.starters

exercise: $(VENV)/.test  ## lay out the files of a new exercise: make exercise KEY=4.4 NAME=what_the_answer_is_called
	$(VENV)/bin/python -m authoring.new_exercise $(KEY) $(NAME)

mutants: $(VENV)/.mutants  ## change our answers in small ways and see whether the checks notice; writes docs/mutants.md
	$(VENV)/bin/python -m authoring.mutants

release: $(VENV)/.test  ## compare the notebooks with fresh runs on Python 3.11, 3.12 and 3.13; writes docs/release.json
	$(VENV)/bin/python -m authoring.release

clean:  ## as after a fresh clone, but with your own work left where it is
	rm -rf $(VENV) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says that what pyproject.toml and constraints.txt ask for is installed.

$(VENV)/.lab: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[service]' -c constraints.txt
	touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[dev]' -c constraints.txt
	touch $@ $(VENV)/.lab

$(VENV)/.mutants: pyproject.toml constraints.txt | $(VENV)/.test
	$(PIP) -e '.[mutants]' -c constraints.txt
	touch $@

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
