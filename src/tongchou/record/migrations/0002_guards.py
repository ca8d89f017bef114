"""Guards in the database itself: append-only record, custody that balances, exclusive administrators, no cycles."""

from django.db import migrations

APPEND_ONLY = """
create function tongchou_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = '55000';
end $$;
"""
DROP_APPEND_ONLY = "drop function tongchou_append_only();"

# An event's text may be erased once (its salt goes with it); what it commits to stays.
EVENT_GUARD = """
create function tongchou_event_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'record_event is append-only: DELETE refused' using errcode = '55000';
  end if;
  if new.salt is null and new.note = '' and new.data = '{}'::jsonb and new.erased_at is not null and old.erased_at is null
     and (new.id, new.act_id, new.n, new.at, new.loop_id, new.subject, new.what, new.from_stage, new.to_stage, new.commitment)
         is not distinct from
         (old.id, old.act_id, old.n, old.at, old.loop_id, old.subject, old.what, old.from_stage, old.to_stage, old.commitment) then
    return new;
  end if;
  raise exception 'record_event is append-only: UPDATE refused' using errcode = '55000';
end $$;
create trigger event_guard before update or delete on record_event for each row execute function tongchou_event_guard();
"""
DROP_EVENT_GUARD = "drop trigger event_guard on record_event; drop function tongchou_event_guard();"


def append_only(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"create trigger {table}_append_only before update or delete on {table} "
        f"for each row execute function tongchou_append_only();"
        f"create trigger {table}_no_truncate before truncate on {table} "
        f"for each statement execute function tongchou_append_only();",
        f"drop trigger {table}_append_only on {table}; drop trigger {table}_no_truncate on {table};",
    )


CUSTODY_BALANCE = """
create function tongchou_check_custody(stay uuid) returns void language plpgsql as $$
declare
  is_open boolean;
  holders integer;
begin
  select let_out_at is null into is_open from record_custody where id = stay;
  select count(*) into holders from record_holding where custody_id = stay and until is null;
  if is_open and holders <> 1 or not is_open and holders <> 0 then
    raise exception 'custody % is % with % holders', stay, case when is_open then 'open' else 'closed' end, holders
      using errcode = '23514', constraint = 'custody_balance';
  end if;
end $$;
create function tongchou_custody_balance() returns trigger language plpgsql as $$
begin
  perform tongchou_check_custody(new.id);
  return null;
end $$;
create function tongchou_holding_balance() returns trigger language plpgsql as $$
begin
  perform tongchou_check_custody(new.custody_id);
  return null;
end $$;
create constraint trigger custody_balance after insert or update on record_custody
  deferrable initially deferred for each row execute function tongchou_custody_balance();
create constraint trigger holding_balance after insert or update on record_holding
  deferrable initially deferred for each row execute function tongchou_holding_balance();
"""
DROP_CUSTODY_BALANCE = """
drop trigger custody_balance on record_custody; drop trigger holding_balance on record_holding;
drop function tongchou_custody_balance(); drop function tongchou_holding_balance(); drop function tongchou_check_custody(uuid);
"""

# System, security and audit administrators are exclusive: one account holds at most one of them and then nothing else at the same time.
EXCLUSIVE = """
create function tongchou_exclusive_roles() returns trigger language plpgsql as $$
declare
  admins constant text[] := array['auditor', 'security_admin', 'system_admin'];
  mine text;
begin
  perform pg_advisory_xact_lock(7216002, new.account_id::int);
  select role into mine from record_post where id = new.post_id;
  if exists (
    select 1 from record_postholding h join record_post p on p.id = h.post_id
    where h.account_id = new.account_id and h.id <> new.id and p.role <> mine
      and (mine = any(admins) or p.role = any(admins))
      and daterange(h.from_date, h.to_date, '[)') && daterange(new.from_date, new.to_date, '[)')
  ) then
    raise exception 'administrator roles are exclusive' using errcode = '23P01', constraint = 'exclusive_roles';
  end if;
  return new;
end $$;
create trigger exclusive_roles after insert or update on record_postholding for each row execute function tongchou_exclusive_roles();
"""
DROP_EXCLUSIVE = "drop trigger exclusive_roles on record_postholding; drop function tongchou_exclusive_roles();"

AREA_CYCLE = """
create function tongchou_area_cycle() returns trigger language plpgsql as $$
declare
  up bigint := new.parent_id;
begin
  while up is not null loop
    if up = new.id then
      raise exception 'area % would lie below itself', new.id using errcode = '23514', constraint = 'area_cycle';
    end if;
    select parent_id into up from record_area where id = up;
  end loop;
  return new;
end $$;
create trigger area_cycle before update of parent_id on record_area for each row execute function tongchou_area_cycle();
"""
DROP_AREA_CYCLE = "drop trigger area_cycle on record_area; drop function tongchou_area_cycle();"


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
        *[append_only(t) for t in ("record_act", "record_ledgerentry", "record_storedrefusal", "record_readsubject", "record_headexport")],
        migrations.RunSQL(EVENT_GUARD, DROP_EVENT_GUARD),
        migrations.RunSQL(CUSTODY_BALANCE, DROP_CUSTODY_BALANCE),
        migrations.RunSQL(EXCLUSIVE, DROP_EXCLUSIVE),
        migrations.RunSQL(AREA_CYCLE, DROP_AREA_CYCLE),
    ]
