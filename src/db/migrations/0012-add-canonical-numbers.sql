-- Quantities sort by what they are in canonical units; null when that is the value itself, or when the unit has none.
alter table number add column canonical double precision;
