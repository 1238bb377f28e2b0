# Writes tests/reference/golden/later_groups.json. Run: Rscript tests/reference/r/later_groups.R
suppressMessages({library(survival); library(jsonlite)})

# Days to the end of follow-up, and to a status that is reached before it, or never.
d <- data.frame(
  subject = 1:24,
  entry = c(0, 0, 0, 2, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0, 0, 8, 0, 0, 0, 0, 1, 0, 0, 0),
  duration = c(3, 7, 7, 9, 12, 14, 14, 15, 18, 20, 21, 21, 22, 25, 28, 28, 30, 33, 35, 36, 40, 41, 44, 50),
  event = c(1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1),
  known = c(NA, 5, 7, NA, 4, 10, 9, NA, 2, 14, NA, 6, NA, 20, 14, NA, 12, NA, 33, 21, 14, NA, 0, 30),
  age = c(41, 35, 52, 60, 28, 47, 39, 55, 44, 31, 62, 50, 37, 45, 58, 33, 49, 40, 53, 29, 46, 61, 38, 42)
)

# A status that changes: tmerge's tdc() holds from its day on, and an event of that day is before.
base <- tmerge(d[, c("subject", "age")], d, id = subject, tstart = entry, tstop = duration,
               died = event(duration, event))
pieces <- tmerge(base, d[!is.na(d$known), ], id = subject, status = tdc(known, init = 0))
changing <- coxph(Surv(tstart, tstop, died) ~ age + status, data = pieces, ties = "efron")

# A landmark: who is still watched and free, by what is known on that day.
at_landmark <- lapply(c(0, 7, 14), function(day) {
  late <- d[d$duration > day, ]
  late$group <- ifelse(!is.na(late$known) & late$known <= day, "reached", "not")
  late$from <- pmax(late$entry - day, 0); late$time <- late$duration - day
  fit <- survfit(Surv(from, time, event) ~ group, data = late)
  times <- c(7, 14, 21)
  s <- summary(fit, times = times, extend = TRUE)
  test <- survdiff(Surv(time, event) ~ group, data = late)
  list(day = day, n = as.list(table(late$group)), survival = s$surv, logrank = unname(test$chisq))
})

# Weighted subject-days, as clones have them.
set.seed(20261121)
clones <- do.call(rbind, lapply(1:15, function(i) {
  until <- sample(4:14, 1); left <- if (i %% 3 == 0) sample(until, 1) else until
  data.frame(subject = i, start = 0:(until - 1), stop = 1:until, event = c(rep(0, until - 1), i %% 2),
             weight = c(round(cumprod(runif(left, 1, 1.4)), 3), rep(0, until - left)))
}))
weighted <- summary(survfit(Surv(start, stop, event) ~ 1, data = clones[clones$weight > 0, ],
                            weights = weight, id = subject), times = seq_len(max(clones$stop)), extend = TRUE)$surv

write_json(list(
  versions = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
  data = d, changing = list(estimate = unname(coef(changing)), variance = unname(vcov(changing)),
                            rows = nrow(pieces), loglik = changing$loglik),
  landmarks = at_landmark, clones = clones, weighted = weighted
), "tests/reference/golden/later_groups.json", digits = NA, auto_unbox = TRUE, na = "null")
