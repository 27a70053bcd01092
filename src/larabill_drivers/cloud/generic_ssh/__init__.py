"""The driver `generic_ssh`: any provider that can be managed by running commands on a host over SSH.

The protocol that the commands have to speak, whatever they are written in:

- The operator gives one argument vector per operation (provision, status, suspend, resume, deprovision; and, if there
  is such a thing, resize, list, usage). `{ref}`, `{user}`, `{service_id}`, `{plan}`, `{region}`, `{key}` and
  `{spec.NAME}` in it are replaced by checked values; `{user}` is the external_id.
- On stdin comes one JSON object: `operation`, `ref`, `key`, and where known `service_id`, `external_id`, `plan`,
  `region`, `parameters` (the customer's configuration), `config` (the plan map's) and, for provision only, `password`.
- On stdout goes one JSON object: `{"status": "ok" | "pending" | "failed", "external_id": "…", "details": {…}}`.
  `details.state` answers status: active, suspended or building. Other details of text or number are facts about the
  resource; those with a secret's name (password, token …) go to the vault. `details.reason` says why it failed.
  List answers `"resources"` (`ref`, `external_id`, `state`), usage `"metrics"` (`metric`, `value`, `unit`, `kind`).
- The exit code decides: 0 done, 3 not found, 4 already so (as good as done), 5 pending (status will be asked), 75
  failed but worth a try later (EX_TEMPFAIL), 255 or none: nobody knows; else: failed for good, nothing has happened.
- `ref` names the resource for ever. A command that is run again for the same ref must answer "already so".

`scripts/linux_account.py` is such a command, for plain Linux accounts.
"""
