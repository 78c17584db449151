-- KPI สร.1, the share of matters that the office presented in time: what was presented and when, how a
-- fiscal year counts, and what was reported to others. All append-only: the newest entry at an instant
-- holds then. Percentages and scores are computed, never stored; a reported figure is an entry.

-- Presenting a matter to the Cabinet's secretariat or to Parliament: by when, and when it was.
create table presentation (
    id          bigint generated always as identity primary key,
    matter_id   bigint not null references matter,
    due_at      timestamptz not null,
    presented_at timestamptz,                    -- null: not yet
    is_correct  boolean not null default true,   -- false: it came back for correction
    late_why    text not null default '',
    source      text not null default '',        -- the letter or minute that says so
    created_at  timestamptz not null default office_now(),
    created_by  text not null,
    check (is_correct or presented_at is not null));
create index on presentation (matter_id, id desc);
create trigger presentation_frozen before update or delete on presentation for each row execute function deny();
create trigger presentation_kept before truncate on presentation execute function deny();

create function presentation_current(as_of timestamptz) returns setof presentation language sql stable as $$
    select distinct on (matter_id) * from presentation where created_at <= as_of order by matter_id, id desc $$;

-- How a fiscal year counts. Levels and target in hundredths of a percent, weight in hundredths.
create table kpi_definition (
    id          int generated always as identity primary key,
    fiscal_year int not null check (fiscal_year between 2500 and 2800),
    version     int not null check (version > 0),
    population  text not null check (population in ('cabinet', 'parliament', 'combined')),
    scope       text not null check (scope in ('quarter', 'half', 'cumulative')),
    scoring     text not null check (scoring in ('step', 'interpolated')),
    success     text not null check (success in ('in_time', 'in_time_and_correct')),
    levels      int[] not null default '{8600,8800,9000,9200,9400}' check (cardinality(levels) = 5),
    weight      int not null default 3000 check (weight > 0),
    target      int not null default 9500,
    why         text not null check (why <> ''),
    created_at  timestamptz not null default office_now(),
    created_by  text not null,
    unique (fiscal_year, version));
create trigger kpi_definition_frozen before update or delete on kpi_definition for each row execute function deny();

-- The definition of a year at an instant: its own newest, else the newest of the year before it.
create function kpi_definition_of(year int, as_of timestamptz) returns setof kpi_definition language sql stable as $$
    select * from kpi_definition where fiscal_year <= year and created_at <= as_of
    order by fiscal_year desc, version desc limit 1 $$;

insert into kpi_definition (fiscal_year, version, population, scope, scoring, success, why, created_at, created_by)
values (2564, 1, 'combined', 'quarter', 'step', 'in_time', 'สร.1 ปีงบประมาณ พ.ศ. 2564', '2020-10-01 00:00+07', 'migration');

-- What the office told others of a quarter: in hundredths of a percent, of a score, of a weighted score.
create table kpi_reported (
    id          bigint generated always as identity primary key,
    fiscal_year int not null check (fiscal_year between 2500 and 2800),
    quarter     int not null check (quarter between 1 and 4),
    percent     int not null check (percent between 0 and 10000),
    score       int check (score between 0 and 500),
    weighted    int check (weighted >= 0),
    why         text not null check (why <> ''),
    created_at  timestamptz not null default office_now(),
    created_by  text not null);
create index on kpi_reported (fiscal_year, quarter, id desc);
create trigger kpi_reported_frozen before update or delete on kpi_reported for each row execute function deny();
