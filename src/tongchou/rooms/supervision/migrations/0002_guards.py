"""What is frozen stays frozen: a lead's evidence and hash, and a draw. The few loops at the ladder's end have an index of their own."""

from django.db import migrations

GUARDS = """
create function supervision_lead_frozen() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or new.sealed is distinct from old.sealed or new.digest <> old.digest or new.raised_at <> old.raised_at
     or new.source_id is distinct from old.source_id or new.unit_id <> old.unit_id then
    raise exception 'the evidence of a lead is not changed' using errcode = 'restrict_violation', constraint = 'lead_frozen';
  end if;
  return new;
end $$;
create trigger supervision_lead_frozen before update or delete on supervision_lead for each row execute function supervision_lead_frozen();
create function supervision_draw_frozen() returns trigger language plpgsql as $$
begin
  raise exception 'a draw is not changed' using errcode = 'restrict_violation', constraint = 'draw_frozen';
end $$;
create trigger supervision_draw_frozen before update or delete on supervision_draw for each row execute function supervision_draw_frozen();
create index supervision_accountable on record_loop (id) where closed_at is null and level = 'accountability';
"""
BACK = """
drop index supervision_accountable;
drop trigger supervision_draw_frozen on supervision_draw; drop function supervision_draw_frozen();
drop trigger supervision_lead_frozen on supervision_lead; drop function supervision_lead_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial")]
    operations = [migrations.RunSQL(GUARDS, BACK)]
