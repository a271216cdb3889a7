-- what:      Working seconds of a calendar from one instant to another, exact to the microsecond
-- arguments: from_at and to_at: the ends of the half-open stretch [from_at, to_at), instants; calendar: a name in calendar_spans
-- gives:     Seconds; negative where to_at lies before from_at; NULL for an unknown calendar or an unknown end. Time outside the calendar's stretches is not working time
-- example:   SELECT business_seconds(TIMESTAMPTZ '2026-09-28 00:00:00+00', TIMESTAMPTZ '2026-10-12 00:00:00+00', 'office')
CREATE OR REPLACE MACRO business_seconds(from_at, to_at, calendar) AS
CASE WHEN isfinite(CAST(from_at AS TIMESTAMPTZ)) AND isfinite(CAST(to_at AS TIMESTAMPTZ)) THEN (
    -- the working time before each end, by its UTC day; before the first day none of it, after the last one all
    coalesce(
        (
            SELECT max(d.before_us) + sum(greatest(0, least(d.to_us, epoch_us(CAST(to_at AS TIMESTAMPTZ))) - d.from_us))
            FROM calendar_days AS d(name, day_no, from_us, to_us, before_us)
            WHERE d.day_no = epoch_us(CAST(to_at AS TIMESTAMPTZ)) // 86400000000 AND d.name = calendar
        ),
        CASE WHEN CAST(to_at AS TIMESTAMPTZ) < (SELECT min(s.starts_at) FROM calendar_spans AS s(name, starts_at) WHERE s.name = calendar)
            THEN 0
            ELSE (SELECT sum(t.to_us - t.from_us) FROM calendar_days AS t(name, day_no, from_us, to_us) WHERE t.name = calendar)
        END
    ) - coalesce(
        (
            SELECT max(d.before_us) + sum(greatest(0, least(d.to_us, epoch_us(CAST(from_at AS TIMESTAMPTZ))) - d.from_us))
            FROM calendar_days AS d(name, day_no, from_us, to_us, before_us)
            WHERE d.day_no = epoch_us(CAST(from_at AS TIMESTAMPTZ)) // 86400000000 AND d.name = calendar
        ),
        CASE WHEN CAST(from_at AS TIMESTAMPTZ) < (SELECT min(s.starts_at) FROM calendar_spans AS s(name, starts_at) WHERE s.name = calendar)
            THEN 0
            ELSE (SELECT sum(t.to_us - t.from_us) FROM calendar_days AS t(name, day_no, from_us, to_us) WHERE t.name = calendar)
        END
    )
) / 1000000 END
