-- question: How many of the cases that ended each month kept the designed flow?
-- 问题:     每月结束的案例中，有多少符合设计流程？
-- gives:    a row per month, oldest first, with the share of judged cases
SELECT period, closed_cases, judged_cases, conformant_cases, round(100 * conformance_rate, 1) AS conformance_percent
FROM monthly_figures($process)
