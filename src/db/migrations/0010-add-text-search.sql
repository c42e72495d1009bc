-- What `_text` and `_content` look into, made of the stored text when it is asked for.

-- Narrative (https://hl7.org/fhir/R4/narrative.html#xhtml) as plain text: what stands between the tags.
-- Tags that only mark words leave no gap; others end a word.
create function plain_text(div text) returns text
language plpgsql immutable strict parallel safe cost 1000 as $$
declare
  plain text := div;
  digits text;
  code int;
begin
  plain := regexp_replace(plain, '<!--.*?-->', '', 'g');
  plain := regexp_replace(plain,
    '</?(?:a|abbr|acronym|b|bdo|big|cite|code|dfn|em|i|q|samp|small|span|strong|sub|sup|tt|var)(?:\s[^<>]*)?/?>',
    '', 'g');
  plain := regexp_replace(plain, '<[^<>]*>', ' ', 'g');
  if plain like '%&%' then
    for digits in select distinct m[1] from regexp_matches(plain, '&#(x[0-9a-fA-F]{1,6}|[0-9]{1,7});', 'g') m loop
      code := case when digits like 'x%'
        then ('x' || lpad(substr(digits, 2), 8, '0'))::bit(32)::int
        else digits::int end;
      continue when code = 0 or code > 1114111 or code between 55296 and 57343;
      plain := replace(plain, '&#' || digits || ';', chr(code));
    end loop;
    plain := replace(plain, '&nbsp;', ' ');
    plain := replace(plain, '&lt;', '<');
    plain := replace(plain, '&gt;', '>');
    plain := replace(plain, '&quot;', '"');
    plain := replace(plain, '&apos;', '''');
    plain := replace(plain, '&amp;', '&');
  end if;
  return plain;
end
$$;

-- The narrative of a resource.
create function narrative_of(resource jsonb) returns text
language sql immutable strict parallel safe cost 1000 as $$
  select plain_text(resource #>> '{text,div}')
$$;

-- Every text of a resource, elements apart from each other; not its id and metadata, and no encoded data.
create function text_of(resource jsonb) returns text
language sql immutable strict parallel safe cost 1000 as $$
  select string_agg(case when s.text like '<div%' then plain_text(s.text) else s.text end, U&'\0001')
  from (
    select v #>> '{}' as text
    from jsonb_path_query(resource - 'resourceType' - 'id' - 'meta', 'strict $.** ? (@.type() == "string")') v
  ) s
  where s.text !~ '^[A-Za-z0-9+/]{100,}={0,2}$'
$$;
