# Writes tests/reference/golden/recurrent.json. Run: Rscript tests/reference/r/recurrent.R
suppressMessages({library(survival); library(mets); library(jsonlite)})

set.seed(20260102)
n <- 45
draw <- function(i, continuous) {
  whole <- function(x) if (continuous) x else ceiling(x)
  rate <- .12 * rgamma(1, 2, 2) * exp(.5 * (i %% 2)); day <- if (i %% 4 == 0) whole(runif(1, 0, 6)) else 0
  end <- day + whole(runif(1, 5, 40)); dies <- rbinom(1, 1, .4); rows <- NULL
  repeat {
    stop <- day + whole(rexp(1, rate)); event <- stop < end; stop <- min(stop, end)
    rows <- rbind(rows, data.frame(subject = i, start = day, stop = stop, event = as.integer(event), death = 0, x = round(rnorm(1), 2)))
    day <- stop + if (event && runif(1) < .3) whole(runif(1, .5, 2)) else 0   # out of the risk set for a while
    if (day >= end) break
  }
  rows$death[nrow(rows)] <- dies
  cbind(rows, arm = c("a", "b", "c")[1 + i %% 3], site = letters[1 + i %% 4], stratum = c("u", "v")[1 + (i %/% 3) %% 2],
        z = i %% 2, weight = round(.4 + 1.9 * runif(1), 2))
}
d <- do.call(rbind, lapply(seq_len(n), draw, continuous = FALSE))
u <- do.call(rbind, lapply(seq_len(n), draw, continuous = TRUE))
before <- ave(d$event, d$subject, FUN = function(e) cumsum(e) - e)
d$number <- pmin(before + 1, 3)
origin <- ave(d$start, paste(d$subject, before), FUN = min)
d$gap_start <- d$start - origin; d$gap_stop <- d$stop - origin

means <- function(fit) {
  s <- summary(fit, censored = FALSE)
  list(group = if (is.null(s$strata)) rep("", length(s$time)) else sub("arm=", "", as.character(s$strata)), time = s$time, at_risk = s$n.risk, events = s$n.event, estimate = s$cumhaz, std_error = s$std.chaz)
}
mean_case <- function(id, fit, options) list(id = id, options = options, expect = means(fit))
ghosh_lin <- function(data) {
  found <- recurrentMarginal(phreg(Surv(start, stop, event) ~ cluster(subject), data = data), phreg(Surv(start, stop, death) ~ cluster(subject), data = data))
  list(time = found$times, estimate = found$mu, std_error = found$se.mu)
}
model <- function(fit) {
  robust <- !is.null(fit$naive.var)
  s <- summary(fit)
  list(coef = unname(coef(fit)), std_error = sqrt(diag(as.matrix(if (robust) fit$naive.var else fit$var))),
       robust_std_error = if (robust) sqrt(diag(as.matrix(fit$var))), loglik = fit$loglik, robust_score = if (robust) unname(s$robscore[1]))
}
shared <- function(fit) {
  h <- fit$history[[1]]
  own <- names(coef(fit)) %in% c("x", "z")   # with few clusters the frailties are among the coefficients
  list(coef = unname(coef(fit)[own]), std_error = sqrt(diag(as.matrix(fit$var)))[own], theta = h$theta, integrated = h$c.loglik,
       loglik = fit$loglik[2], log_frailty = unname(if (is.null(fit$frail)) coef(fit)[!own] else fit$frail))
}
control <- coxph.control(eps = 1e-12, iter.max = 200, toler.chol = 1e-14, outer.max = 200)
fit <- function(formula, data = d, ...) {
  call <- match.call(); call[[1]] <- quote(coxph); call$control <- quote(control)
  if (is.null(call$data)) call$data <- quote(d)
  eval(call, globalenv())
}
# One record per subject and event number: the time of that event, or the end.
records <- do.call(rbind, lapply(split(d, d$subject), function(r) { days <- r$stop[r$event == 1]
  do.call(rbind, lapply(1:3, function(k) data.frame(subject = r$subject[1], number = k, z = r$z[1], begin = r$start[1],
    stop = if (length(days) >= k) days[k] else max(r$stop), event = as.integer(length(days) >= k)))) }))

mcf <- list(
  mean_case("late entries and gaps", survfit(Surv(start, stop, event) ~ 1, d, id = subject), list()),
  mean_case("groups", survfit(Surv(start, stop, event) ~ arm, d, id = subject), list(by = "arm")),
  mean_case("clusters", survfit(Surv(start, stop, event) ~ arm, d, cluster = site), list(by = "arm", cluster = "site")),
  mean_case("sampling weights", survfit(Surv(start, stop, event) ~ 1, d, id = subject, weights = weight), list(weights = "weight", weights_kind = "sampling")),
  mean_case("naive", survfit(Surv(start, stop, event) ~ arm, d, id = subject, robust = FALSE), list(by = "arm", variance = "naive")))
tests <- list(arms = unname(summary(fit(Surv(start, stop, event) ~ arm, cluster = subject, ties = "breslow"))$robscore[1]),
              site_clusters = unname(summary(fit(Surv(start, stop, event) ~ arm, cluster = site, ties = "breslow"))$robscore[1]))
cox <- list(
  list(id = "andersen-gill", terms = c("x", "z"), options = list(model = "andersen-gill"), expect = model(fit(Surv(start, stop, event) ~ x + z, cluster = subject))),
  list(id = "andersen-gill, breslow, strata, clusters", terms = c("x", "z"), options = list(model = "andersen-gill", ties = "breslow", strata = "stratum", cluster = "site"),
    expect = model(fit(Surv(start, stop, event) ~ x + z + strata(stratum), cluster = site, ties = "breslow"))),
  list(id = "lwyy, weights", terms = c("x", "z"), options = list(model = "lwyy", weights = "weight"), expect = model(fit(Surv(start, stop, event) ~ x + z, cluster = subject, weights = weight))),
  list(id = "pwp-total, strata", terms = c("x", "z"), options = list(model = "pwp-total", max_event = 3, strata = "stratum"),
    expect = model(fit(Surv(start, stop, event) ~ x + z + strata(number, stratum), cluster = subject))),
  list(id = "pwp-gap", terms = c("x", "z"), options = list(model = "pwp-gap", max_event = 3),
    expect = model(fit(Surv(gap_start, gap_stop, event) ~ x + z + strata(number), cluster = subject))),
  list(id = "pwp-gap, weights, breslow", terms = c("x", "z"), options = list(model = "pwp-gap", max_event = 3, weights = "weight", ties = "breslow"),
    expect = model(fit(Surv(gap_start, gap_stop, event) ~ x + z + strata(number), cluster = subject, weights = weight, ties = "breslow"))))
whole <- d; whole$start <- ave(d$stop, d$subject, FUN = function(s) c(-1, s[-length(s)])); first <- !duplicated(d$subject); whole$start[first] <- d$start[first]
wlw <- list(
  list(id = "wlw", terms = "z", options = list(model = "wlw", max_event = 3), expect = model(fit(Surv(begin, stop, event) ~ z + strata(number), records, cluster = subject))),
  list(id = "wlw, event-specific", terms = "z", options = list(model = "wlw", max_event = 3, event_specific = TRUE),
    expect = model(fit(Surv(begin, stop, event) ~ strata(number):z, records, cluster = subject))))
frail <- list(
  list(id = "gamma", options = list(subject = "subject"), expect = shared(fit(Surv(start, stop, event) ~ x + z + frailty(subject, eps = 1e-12)))),
  list(id = "gamma, strata, breslow", options = list(subject = "subject", strata = "stratum", ties = "breslow"),
    expect = shared(fit(Surv(start, stop, event) ~ x + z + strata(stratum) + frailty(subject, eps = 1e-12), ties = "breslow"))),
  list(id = "gamma, few clusters", options = list(cluster = "site", theta = .3), expect = shared(fit(Surv(start, stop, event) ~ x + z + frailty(site, theta = .3)))),
  list(id = "gamma, theta known", options = list(subject = "subject", theta = .8), expect = shared(fit(Surv(start, stop, event) ~ x + z + frailty(subject, theta = .8)))),
  list(id = "gaussian", options = list(subject = "subject", distribution = "gaussian"), expect = shared(fit(Surv(start, stop, event) ~ x + z + frailty(subject, distribution = "gaussian", eps = 1e-10)))),
  list(id = "gaussian, strata", options = list(subject = "subject", distribution = "gaussian", strata = "stratum"),
    expect = shared(fit(Surv(start, stop, event) ~ x + z + strata(stratum) + frailty(subject, distribution = "gaussian", eps = 1e-10)))),
  list(id = "gaussian, few clusters", options = list(cluster = "site", distribution = "gaussian", theta = .3),
    expect = shared(fit(Surv(start, stop, event) ~ x + z + frailty(site, distribution = "gaussian", theta = .3)))))
writeLines(toJSON(list(
  provenance = list(r = R.version.string, survival = as.character(packageVersion("survival")), mets = as.character(packageVersion("mets")), script = "tests/reference/r/recurrent.R"),
  data = d, untied = u, whole = whole, mean_cumulative_function = mcf, tests = tests, ghosh_lin = ghosh_lin(u), recurrent_cox = cox, wlw = wlw, frailty = frail),
  auto_unbox = TRUE, digits = I(17), na = "null", null = "null"), "tests/reference/golden/recurrent.json")
