# Writes tests/reference/golden/weighting.json. Run: Rscript tests/reference/r/weighting.R
suppressMessages({library(survival); library(jsonlite)})

set.seed(20260103)
rows <- NULL
for (i in 1:80) {
  score <- round(rnorm(1, 10, 4)); arm <- c("a", "b")[1 + i %% 2]
  for (week in 0:5) {
    tries <- sample(1:6, 1)
    hit <- rbinom(1, 1, 1 - (1 - plogis(-4 + .15 * score)) ^ tries)
    if (hit) tries <- sample(tries, 1)
    rows <- rbind(rows, data.frame(subject = i, arm = arm, order = 2 * week, start = 7 * week, stop = 7 * week, trials = tries, score = score, censored = hit, event = 0))
    if (hit) break
    score <- round(score + rnorm(1, .8, 2.5)); event <- as.integer(score > 16)
    rows <- rbind(rows, data.frame(subject = i, arm = arm, order = 2 * week + 1, start = 7 * week, stop = 7 * (week + 1), trials = 0, score = score, censored = 0, event = event))
    if (event == 1) break
  }
}
decided <- subset(rows, trials > 0)
models <- function(formula) glm(formula, binomial, decided, control = glm.control(epsilon = 1e-14, maxit = 50))
full <- models(cbind(censored, trials - censored) ~ score + start)
time <- models(cbind(censored, trials - censored) ~ start)

weights <- function(numerator) {
  log_left <- rep(0, nrow(rows)); log_num <- rep(0, nrow(rows)); own <- rows$trials > 0
  log_left[own] <- rows$trials[own] * log1p(-fitted(full)); log_num[own] <- rows$trials[own] * log1p(-fitted(time))
  gained <- if (numerator) log_num - log_left else -log_left
  exp(ave(gained, rows$subject, FUN = cumsum))
}
curve <- function(id, numerator, grouped) {
  at_risk <- subset(cbind(rows, w = weights(numerator)), stop > start)
  fit <- if (grouped) survfit(Surv(start, stop, event) ~ arm, at_risk, weights = w, id = subject, robust = TRUE, conf.type = "log-log")
         else survfit(Surv(start, stop, event) ~ 1, at_risk, weights = w, id = subject, robust = TRUE, conf.type = "log-log")
  s <- summary(fit, times = c(14, 28, 42), extend = TRUE)
  list(id = id, numerator = numerator, grouped = grouped, weights = at_risk$w, estimate = s$surv, std_error = s$std.err, conf_low = s$lower, conf_high = s$upper)
}
s <- summary(full)$coefficients
out <- list(data = as.list(rows), coefficients = list(estimate = unname(s[, 1]), std_error = unname(s[, 2])),
            curves = list(curve("unstabilised", FALSE, FALSE), curve("stabilised", TRUE, FALSE), curve("two arms", TRUE, TRUE)))
write_json(out, "tests/reference/golden/weighting.json", digits = NA, auto_unbox = TRUE, null = "null", na = "null")
