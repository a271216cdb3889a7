"""The core: pure process mining on arrays and frames. No I/O, no SQL, no Prefect."""
