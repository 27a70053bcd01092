from larabill_core.jobs import NewJob


def test_smoke(open_test_engine, clock):
    e = open_test_engine()
    e.run(lambda tx: tx.enqueue(NewJob(handler="core.purge_jobs", tags=("a", "b"))))
    jobs = e.run(lambda tx: tx.jobs.list())
    assert jobs[0].tags == ("a", "b")
    assert e.work_once() == 1
    assert e.run_due() >= 1


def test_smoke2(open_test_engine, clock):
    e = open_test_engine()
    assert e.run(lambda tx: tx.jobs.list()) == []
