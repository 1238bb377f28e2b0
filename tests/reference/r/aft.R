# Writes tests/reference/golden/aft.json. Run: Rscript tests/reference/r/aft.R
suppressMessages({library(survival); library(jsonlite)})
set.seed(20260103)
n <- 50
d <- data.frame(age = round(rnorm(n, 45, 9)), arm = rep(c("a", "b"), n / 2), site = sample(1:9, n, TRUE))
true <- exp(3 + 0.3 * (d$arm == "b") - 0.01 * d$age + 0.6 * log(rexp(n)))
d$duration <- pmax(1, round(pmin(true, 25)))
d$event <- as.integer(true <= 25)
d$count <- sample(1:3, n, TRUE)
d$weight <- round(runif(n, .3, 2.5), 2)
# Visits at days 3, 7, 14, 28: some rows known exactly, some only at a first visit, some never.
visits <- c(0, 3, 7, 14, 28)
d$lower <- visits[findInterval(true, visits)]
d$upper <- c(visits, Inf)[findInterval(true, visits) + 1]
exact <- seq_len(n) %% 6 == 0; d$lower[exact] <- d$upper[exact] <- round(true[exact], 2)
d$change <- round(rnorm(n, 5, 8)); d$seen <- as.integer(d$change > 0)  # a measure that cannot go below 0
tight <- survreg.control(rel.tolerance = 1e-14, maxiter = 200)
interval <- Surv(ifelse(d$lower == 0, NA, d$lower), ifelse(is.infinite(d$upper), NA, d$upper), type = "interval2")
right <- Surv(d$duration, d$event)
left <- Surv(pmax(d$change, 0), d$seen, type = "left")
# survival 3.5-3 leaves the weights out of the dfbetas of its robust variance; with them two rows are one of weight 2.
weighted <- function(fit) { if (!is.null(fit$weights) && !is.null(fit$naive.var)) fit$var <- crossprod(rowsum(residuals(fit, "dfbeta", weighted = TRUE), d$site)); fit }
case <- function(id, fit, options) record(id, weighted(fit), options)
record <- function(id, fit, options) list(id = id, options = options, coefficients = c(unname(coef(fit)), if (length(fit$df) == 0 || nrow(fit$var) > length(coef(fit))) unname(log(fit$scale))),
  variance = unname(fit$var), naive = if (is.null(fit$naive.var)) NULL else unname(fit$naive.var), loglik = fit$loglik)
r <- function(...) eval(as.call(c(quote(survreg), eval(substitute(alist(...))), list(data = quote(d), control = quote(tight)))))
cases <- list(
  case("frequencies", r(right ~ age + arm, dist = "weibull", weights = count), list(distribution = "weibull", weights = "count")),
  case("fractional weights, clusters", r(right ~ age + arm, dist = "loglogistic", weights = weight, cluster = site), list(distribution = "loglogistic", weights = "weight", weights_kind = "sampling", cluster = "site")),
  case("robust by row", r(right ~ age + arm, dist = "lognormal", robust = TRUE), list(distribution = "lognormal", cluster = "row")),
  case("exponential, clusters", r(right ~ age + arm, dist = "exponential", cluster = site), list(distribution = "exponential", cluster = "site")),
  case("two scales", r(right ~ age + arm + strata(arm), dist = "loglogistic"), list(distribution = "loglogistic", strata = "arm")),
  case("two scales, clusters", r(right ~ age + arm + strata(arm), dist = "lognormal", cluster = site), list(distribution = "lognormal", strata = "arm", cluster = "site")),
  case("logistic", r(right ~ age + arm, dist = "logistic"), list(distribution = "logistic")),
  case("gaussian", r(right ~ age + arm, dist = "gaussian"), list(distribution = "gaussian")),
  case("extreme", r(right ~ age + arm, dist = "extreme"), list(distribution = "extreme")))
for (dist in c("weibull", "exponential", "rayleigh", "lognormal", "loglogistic"))
  cases <- c(cases, list(case(paste("intervals", dist), survreg(interval ~ age + arm, data = d, dist = dist, control = tight), list(distribution = dist, lower = "lower", upper = "upper"))))
cases <- c(cases, list(
  case("intervals, weights, clusters", r(interval ~ age + arm, dist = "weibull", weights = weight, cluster = site), list(distribution = "weibull", lower = "lower", upper = "upper", weights = "weight", weights_kind = "sampling", cluster = "site")),
  case("intervals, two scales", r(interval ~ age + arm + strata(arm), dist = "weibull"), list(distribution = "weibull", lower = "lower", upper = "upper", strata = "arm")),
  case("tobit", r(left ~ age + arm, dist = "gaussian"), list(distribution = "gaussian", lower = "floor", upper = "ceiling"))))
d$row <- seq_len(n)
d$floor <- ifelse(d$seen == 1, d$change, -Inf); d$ceiling <- pmax(d$change, 0)
f <- r(right ~ age + arm + strata(arm), dist = "loglogistic")
new <- data.frame(age = c(30, 60), arm = c("a", "b"))
q <- predict(f, new, type = "quantile", p = c(.1, .5, .9), se.fit = TRUE)
writeLines(toJSON(list(
  provenance = list(r = R.version.string, survival = as.character(packageVersion("survival")), script = "tests/reference/r/aft.R", data = "simulated in the script; null is an open end"),
  data = lapply(d, function(x) if (is.numeric(x)) ifelse(is.finite(x), x, NA) else x), cases = cases, quantiles = list(p = c(.1, .5, .9), estimate = unname(q$fit), std_error = unname(q$se.fit))),
  digits = NA, auto_unbox = TRUE, dataframe = "columns", na = "null", null = "null", pretty = TRUE), "tests/reference/golden/aft.json")
