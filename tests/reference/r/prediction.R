# Writes tests/reference/golden/prediction.json. Run: Rscript tests/reference/r/prediction.R
suppressMessages({library(riskRegression); library(prodlim); library(survival); library(jsonlite)})

set.seed(20260104)
n <- 70
d <- data.frame(duration = sample(1:12, n, TRUE), cause = sample(c("", "relapse", "booster"), n, TRUE, c(.35, .4, .25)))
d$code <- match(d$cause, c("", "relapse", "booster")) - 1
times <- c(3, 6, 9, 12)   # the last one is the last day
risk <- function(by) round(sapply(seq_along(times), function(k) plogis(-2 + k / 2 + by)), 3)
a <- risk(ifelse(d$code == 1, .6, 0) - d$duration / 8 + round(rnorm(n, sd = .5), 1))
b <- risk(round(rnorm(n, sd = .7), 0))   # few values, many tied risks
d$none <- d$duration + seq_len(n) / 1000
d$own <- as.integer(d$code == 1)

scores <- function(formula, data, ...) {
  s <- Score(list(a = a, b = b), formula = formula, data = data, times = times, metrics = c("auc", "brier"),
             summary = c("ipa", "ibs"), cens.model = "km", conf.int = TRUE, ...)
  list(brier = as.data.frame(s$Brier$score), auc = as.data.frame(s$AUC$score),
       brier_difference = as.data.frame(s$Brier$contrasts), auc_difference = as.data.frame(s$AUC$contrasts)) }
full <- transform(d, all = 1L)
cases <- list(
  list(id = "ties", duration = "duration", cause = "own", scores = scores(Surv(duration, own) ~ 1, d)),
  list(id = "nobody censored", duration = "duration", cause = "all", scores = scores(Surv(duration, all) ~ 1, full)),
  list(id = "no ties", duration = "none", cause = "own", scores = scores(Surv(none, own) ~ 1, d)),
  list(id = "competing, ties", duration = "duration", cause = "cause", scores = scores(Hist(duration, code) ~ 1, d, cause = 1)),
  list(id = "competing, no ties", duration = "none", cause = "cause", scores = scores(Hist(none, code) ~ 1, d, cause = 1)))

engine <- list(R = paste(R.version$major, R.version$minor, sep = "."), riskRegression = as.character(packageVersion("riskRegression")))
write_json(list(engine = engine, data = as.list(full[, c("duration", "none", "cause", "own", "all")]), times = times, a = a, b = b, cases = cases),
           "tests/reference/golden/prediction.json", digits = 17, auto_unbox = TRUE, na = "null")
