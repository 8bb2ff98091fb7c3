.PHONY: help run test dev check e2e bench fuzz faults soak release

help: ## list these verbs
	@grep -E '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: ## build the release and serve it at http://127.0.0.1:3000
	@scripts/run.sh

test: ## set up, check, test, and test in the browser
	@scripts/test.sh

dev: ## serve, rebuild and reload at every change
	@scripts/dev.sh

check: ## format, lints, docs, licences
	@scripts/setup.sh --tests
	@scripts/check.sh

e2e: ## the browser tests only
	@scripts/e2e.sh

bench: ## the figures of docs/performance.md
	@scripts/bench.sh

fuzz: ## a minute of libFuzzer for each kind of input
	@scripts/setup.sh
	@scripts/fuzz.sh

faults: ## every fault on every deployment, about an hour; FAULT_SEEDS times
	@scripts/faults.sh all

soak: ## one fault after the other for SOAK_HOURS hours, with a look at memory
	@scripts/faults.sh soak

release: ## one archive with all that a server needs
	@scripts/release.sh
