-- The systems under which codes of a search parameter are stored, '' for codes without one. A code is indexed
-- once, with its system; a search for a bare code asks for it under each of these.
create table code_system (
  -- 'Observation:code:'
  parameter text collate "C" not null,
  system text collate "C" not null,
  primary key (parameter, system)
);
