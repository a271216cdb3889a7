-- question: At which steps could the most time be won back, over the whole log?
-- 问题:     在整个日志中，哪些环节最有可能挽回时间？
-- gives:    the ten activities with the most recoverable hours, and what the mean was compared with
SELECT rank, place AS activity, instances, round(recoverable_seconds / 3600, 1) AS recoverable_hours,
    round(mean_seconds / 3600, 2) AS mean_hours, round(reference_seconds / 3600, 2) AS reference_hours
FROM hotspots_of($process)
WHERE kind = 'activity' AND measure = 'sojourn' AND rank <= 10
ORDER BY rank
