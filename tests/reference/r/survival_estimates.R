# Writes tests/reference/golden/survival_estimates.json. Run: Rscript tests/reference/r/survival_estimates.R
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})

curve <- function(fit) {
  s <- summary(fit, censored = TRUE)
  list(time = s$time, at_risk = s$n.risk, events = s$n.event, censored = s$n.censor,
       estimate = s$surv, std_error = s$std.err, conf_low = s$lower, conf_high = s$upper)
}
states <- function(fit) {
  s <- summary(fit, censored = TRUE)
  out <- list(time = s$time, states = s$states)
  for (k in seq_along(s$states)) out[[paste0("state", k)]] <-
    list(estimate = s$pstate[, k], std_error = s$std.err[, k], conf_low = s$lower[, k], conf_high = s$upper[, k])
  out
}
# survfit 3.5-3 takes cluster= for multi-state curves but leaves it unused: sum its influences by hand.
clustered <- function(fit, site, weight = 1) {  # influence.pstate is per unit of weight and begins with a row for the start
  out <- list(time = fit$time, states = fit$states)
  for (k in seq_along(fit$states)) out[[paste0("state", k)]] <- list(estimate = fit$pstate[, k],
    std_error = sqrt(colSums(rowsum(weight * fit$influence.pstate[, -1, k], site)^2)))
  out
}
survival_case <- function(id, d, fit, options) list(id = id, data = d, options = options, expect = curve(fit))
incidence_case <- function(id, d, fit, options) list(id = id, data = d, options = options, expect = states(fit))

set.seed(20260101)
n <- 60
d <- data.frame(entry = sample(0:9, n, TRUE), event = rbinom(n, 1, .6), site = sample(letters[1:7], n, TRUE))
d$duration <- d$entry + sample(1:12, n, TRUE)      # ties between entries, events and censorings
d$weight <- round(runif(n, .3, 2.5), 2)
d$count <- sample(1:4, n, TRUE)
d$subject <- seq_len(n)
d$arm <- sample(c("a", "b"), n, TRUE)
d$stratum <- sample(c("x", "y", "z"), n, TRUE)
d$cause <- ifelse(d$event == 0, "", sample(c("booster", "relapse", "switch"), n, TRUE, c(.4, .4, .2)))
zero <- d; zero$duration <- pmax(d$duration - 8, 0)  # several rows end at time 0
late <- d; late$duration <- d$duration + .25

# Three pieces a subject, with a gap in some: (entry, cut], (cut or cut + 1, duration]
cut <- floor((d$entry + d$duration) / 2); long <- d$duration - d$entry > 3; gap <- long & seq_len(n) %% 3 == 0
one <- d[long, ]; one$duration <- cut[long]; one$event <- 0; one$cause <- ""
two <- d; two$entry[long] <- cut[long] + gap[long]
pieces <- rbind(one, two)

km <- list(
  survival_case("zero times", zero, survfit(Surv(duration, event) ~ 1, zero, conf.type = "log-log"), list()),
  survival_case("delayed entry", d, survfit(Surv(entry, duration, event) ~ 1, d, conf.type = "logit"),
    list(entry = "entry", conf_type = "logit")),
  survival_case("clusters", zero, survfit(Surv(duration, event) ~ 1, zero, cluster = site, conf.type = "log"),
    list(cluster = "site", conf_type = "log")),
  survival_case("clusters, delayed entry", d, survfit(Surv(entry, duration, event) ~ 1, d, cluster = site, conf.type = "plain"),
    list(entry = "entry", cluster = "site", conf_type = "plain")),
  survival_case("sampling weights", zero, survfit(Surv(duration, event) ~ 1, zero, weights = weight, robust = TRUE, conf.type = "arcsin"),
    list(weights = "weight", weights_kind = "sampling", conf_type = "arcsin")),
  survival_case("sampling weights, delayed entry", d, survfit(Surv(entry, duration, event) ~ 1, d, weights = weight, id = subject, robust = TRUE, conf.type = "log-log"),
    list(entry = "entry", weights = "weight", weights_kind = "sampling")),
  survival_case("sampling weights, clusters, delayed entry", d, survfit(Surv(entry, duration, event) ~ 1, d, weights = weight, cluster = site, conf.type = "log-log"),
    list(entry = "entry", weights = "weight", weights_kind = "sampling", cluster = "site")),
  survival_case("frequency weights", zero, survfit(Surv(duration, event) ~ 1, zero[rep(seq_len(n), zero$count), ], conf.type = "log-log"),
    list(weights = "count")),
  survival_case("pieces of subjects", pieces, survfit(Surv(entry, duration, event) ~ 1, pieces, id = subject, robust = FALSE, conf.type = "log-log"),
    list(entry = "entry", subject = "subject")),
  survival_case("pieces of subjects, sampling weights", pieces, survfit(Surv(entry, duration, event) ~ 1, pieces, id = subject, weights = weight, robust = TRUE, conf.type = "log-log"),
    list(entry = "entry", subject = "subject", weights = "weight", weights_kind = "sampling")),
  survival_case("pieces of subjects, clusters", pieces, survfit(Surv(entry, duration, event) ~ 1, pieces, id = subject, cluster = site, conf.type = "log-log"),
    list(entry = "entry", subject = "subject", cluster = "site")),
  survival_case("fleming-harrington, clusters", zero, survfit(Surv(duration, event) ~ 1, zero, cluster = site, stype = 2, ctype = 2, conf.type = "log-log"),
    list(cluster = "site", estimator = "fleming-harrington")),
  survival_case("fleming-harrington, sampling weights", zero, survfit(Surv(duration, event) ~ 1, zero, weights = weight, robust = TRUE, stype = 2, ctype = 2, conf.type = "log-log"),
    list(weights = "weight", weights_kind = "sampling", estimator = "fleming-harrington")),
  survival_case("rounding noise", transform(late, duration = duration + (seq_len(n) %% 2) * 1e-10),
    survfit(Surv(duration, event) ~ 1, transform(late, duration = duration + (seq_len(n) %% 2) * 1e-10), conf.type = "log-log"), list()))

aj <- list(
  incidence_case("zero times", zero, survfit(Surv(duration, factor(cause, c("", "booster", "relapse", "switch"))) ~ 1, zero, conf.type = "log-log"), list()),
  incidence_case("delayed entry", d, survfit(Surv(entry, duration, factor(cause, c("", "booster", "relapse", "switch"))) ~ 1, d, id = subject, conf.type = "log-log"), list(entry = "entry")),
  incidence_case("sampling weights", zero, survfit(Surv(duration, factor(cause, c("", "booster", "relapse", "switch"))) ~ 1, zero, weights = weight, conf.type = "log"),
    list(weights = "weight", weights_kind = "sampling", conf_type = "log")),
  incidence_case("sampling weights, delayed entry", d, survfit(Surv(entry, duration, factor(cause, c("", "booster", "relapse", "switch"))) ~ 1, d, id = subject, weights = weight, conf.type = "log-log"),
    list(entry = "entry", weights = "weight", weights_kind = "sampling")),
  list(id = "clusters", data = zero, options = list(cluster = "site"), expect = clustered(
    survfit(Surv(duration, factor(cause, c("", "booster", "relapse", "switch"))) ~ 1, zero, id = subject, influence = TRUE), zero$site)),
  list(id = "clusters, sampling weights, delayed entry", data = d,
    options = list(entry = "entry", weights = "weight", weights_kind = "sampling", cluster = "site"), expect = clustered(
    survfit(Surv(entry, duration, factor(cause, c("", "booster", "relapse", "switch"))) ~ 1, d, id = subject, weights = weight, influence = TRUE), d$site, d$weight)),
  incidence_case("frequency weights", zero, survfit(Surv(duration, factor(cause, c("", "booster", "relapse", "switch"))) ~ 1, zero[rep(seq_len(n), zero$count), ], conf.type = "log-log"), list(weights = "count")))

gray <- cuminc(zero$duration, match(zero$cause, c("", "booster", "relapse", "switch")) - 1, cencode = 0)
at <- c(0, 1, 3, 5, 8); tp <- timepoints(gray, at)
score <- function(f) summary(f)$robscore
quantiles <- function(t, s) {
  f <- survfit(Surv(t, s) ~ 1, conf.type = "log"); q <- quantile(f, c(.1, .25, .5, .75)); m <- summary(f)$table
  list(duration = t, event = s, p = c(.1, .25, .5, .75), estimate = unname(q$quantile), conf_low = unname(q$lower), conf_high = unname(q$upper),
       median = unname(m["median"]), median_low = unname(m["0.95LCL"]), median_high = unname(m["0.95UCL"]))
}
cmh <- mantelhaen.test(table(d$arm, d$event, d$stratum), correct = FALSE)
rm6 <- summary(survfit(Surv(duration, event) ~ 1, zero), rmean = 6)$table
fu <- survfit(Surv(duration, 1 - event) ~ 1, zero, conf.type = "log-log")
sd <- survdiff(Surv(duration, event) ~ arm + strata(stratum), zero)

writeLines(toJSON(list(
  provenance = list(r = R.version.string, survival = as.character(packageVersion("survival")), cmprsk = as.character(packageVersion("cmprsk")),
                    jsonlite = as.character(packageVersion("jsonlite")), script = "tests/reference/r/survival_estimates.R",
                    data = "drawn in the script, seed 20260101"),
  kaplan_meier = km, aalen_johansen = aj,
  cuminc = list(data = zero, times = at, causes = c("booster", "relapse", "switch"), estimate = unname(tp$est), variance = unname(tp$var)),
  logrank = list(data = d, zero = zero,
    clusters = score(coxph(Surv(duration, event) ~ arm, zero, cluster = site, ties = "breslow")),
    entry_weights_clusters = score(coxph(Surv(entry, duration, event) ~ arm, d, weights = weight, cluster = site, ties = "breslow")),
    stratified_clusters = score(coxph(Surv(duration, event) ~ arm + strata(stratum), zero, cluster = site, ties = "breslow")),
    three_groups_weights = score(coxph(Surv(duration, event) ~ stratum, zero, weights = weight, robust = TRUE, ties = "breslow")),
    stratified = list(chisq = sd$chisq, observed = rowSums(sd$obs), expected = rowSums(sd$exp))),
  quantiles = list(quantiles(c(1, 2, 3, 4), c(1, 1, 0, 0)), quantiles(c(1, 2, 3, 4), c(1, 1, 1, 0)), quantiles(c(5, 5, 5), c(1, 1, 1)),
                   quantiles(1:8, c(1, 1, 0, 1, 1, 0, 1, 0)), quantiles(c(0, 0, 1, 2), c(1, 1, 1, 1))),
  rmst = list(data = zero, tau = 6, estimate = unname(rm6["rmean"]), std_error = unname(rm6["se(rmean)"])),
  follow_up = list(data = zero, expect = curve(fu)),
  cmh = list(data = d, statistic = unname(cmh$statistic), p_value = cmh$p.value)
), auto_unbox = TRUE, digits = I(17), na = "null", dataframe = "columns", matrix = "rowmajor"),
"tests/reference/golden/survival_estimates.json")
