# Every target works on a fresh Debian or Ubuntu machine with Python 3.11+ by itself; set-up is in setup/.

PYTHON = .venv/bin/python
PYTEST = $(PYTHON) -m pytest -q

# wgpu complains on stderr when this is unset; any folder will do.
export XDG_RUNTIME_DIR ?= $(CURDIR)/.venv

.PHONY: help demo setup check test nightly reliability golden bench bench-field bench-caffe bench-draw docs gallery trials clean core dev train peers driver browser ffmpeg player poppler flash

help:  ## Show this list
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 13

demo: core  ## Upscale a picture through the GPU, prove and explain it, into demo/
	@setup/driver wanted
	@$(PYTHON) examples/demo.py

setup: train driver browser ffmpeg poppler  ## Set up everything that the tests need

check: dev  ## Format, lint, types, imports; under 15 s
	@$(PYTHON) -m ruff format --check --quiet --diff
	@$(PYTHON) -m ruff check --quiet
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-logo --no-cache

test: setup  ## The everyday tests, on the GPU driver and in the browser
	@$(PYTEST) -n 2 -m "not nightly"

nightly: setup player flash  ## All tests, with more examples for every law
	@$(PYTEST) -n 2 --hypothesis-profile=nightly

reliability: dev driver ffmpeg  ## Judge a thousand random networks; writes docs/reliability.md
	@$(PYTHON) tests/random_networks/report.py --count 1000

golden: core  ## Write the goldens anew; git diff shows what changed
	@$(PYTHON) tests/golden/write.py

bench: core driver  ## Measure beside onnxruntime; prints a table, writes benchmarks/*.md
	@$(PYTHON) benchmarks/frame.py

bench-field: peers driver ffmpeg  ## The field's networks beside onnxruntime, ncnn and players; half an hour
	@$(PYTHON) -m benchmarks.field

bench-caffe: train peers  ## Caffe networks beside torch and OpenCV, large weights beside protobuf
	@$(PYTHON) benchmarks/caffe.py
	@$(PYTHON) benchmarks/caffemodel.py

bench-draw: peers  ## Fill drops beside Pillow, skia and OpenCV where installed, rain; writes benchmarks/*.md
	@$(PYTHON) benchmarks/draw.py
	@$(PYTHON) benchmarks/rain.py

docs: core  ## Write the reference pages anew from the registries
	@$(PYTHON) -m docs.generate

gallery: demo dev browser  ## Make the pictures of docs/gallery anew
	@$(PYTHON) examples/draw_gallery.py docs/images
	@$(PYTHON) docs/compare.py
	@$(PYTHON) -m docs.gallery.pages

trials: train  ## Try every layer's example on every machine; docs shows what came out
	@$(PYTHON) -m docs.trials

clean:  ## Remove all that make made, .venv too
	rm -rf .venv demo build dist .benchmarks .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

core dev train peers:
	@setup/python $@

driver browser ffmpeg player poppler flash: dev
	@setup/$@ needed
