-- What a kept answer tells of: an answer of GraphQL, or of an operation, need not name it.
alter table async_request add column told text[] not null default '{}';
