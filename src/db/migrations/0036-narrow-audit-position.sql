-- Rows come in the order of their positions, but for what runs at once: a summary of pages finds them.
drop index audit_log_position;
create index audit_log_position on audit_log using brin (position) with (pages_per_range = 16, autosummarize = on);
