PYTHON ?= python3
BOOTSTRAP = @$(PYTHON) -m portal.bootstrap

.PHONY: help run stop demo-code setup test test-brokers check bench torture

help:
	@echo "make run     start RedCat with everything it needs, on http://localhost:8000 (PORT)"
	@echo "make stop    stop it, from another terminal"
	@echo "make demo-code  print the code that the demo's reviewer and admin are asked for"
	@echo "make test    run every test, on a PostgreSQL of its own (ARGS=\"-k word\" for some)"
	@echo "make test-brokers  run the kill and recovery tests on RabbitMQ and on Redis"
	@echo "make check   run every linter and check"
	@echo "make bench   run the benchmarks"
	@echo "make torture kill, stop and lie for a long time, then compare with the truth"
	@echo "make setup   only install, migrate and collect"

run stop demo-code setup check:
	$(BOOTSTRAP) $@

test test-brokers bench torture:
	$(BOOTSTRAP) $@ $(ARGS)
