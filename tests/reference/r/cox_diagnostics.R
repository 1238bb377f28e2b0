# Writes tests/reference/golden/cox_diagnostics.json. Run: Rscript tests/reference/r/cox_diagnostics.R
suppressMessages({library(survival); library(jsonlite)})

set.seed(20260106)
n <- 48
d <- data.frame(entry = sample(0:6, n, TRUE), event = rbinom(n, 1, .65), age = round(rnorm(n, 45, 12)),
                arm = sample(c("a", "b", "c"), n, TRUE), site = sample(c("x", "y", "z"), n, TRUE),
                cluster = sample(1:11, n, TRUE), weight = round(runif(n, .3, 2.5), 2), count = sample(1:3, n, TRUE),
                score = sample(1:7, n, TRUE) / 3)
d$duration <- d$entry + sample(1:9, n, TRUE)       # ties between entries, events and censorings
d$subject <- rep(seq_len(n / 2), each = 2)
twice <- d[rep(seq_len(n), d$count), ]

tight <- coxph.control(eps = 1e-13, iter.max = 100, toler.chol = 1e-14)
plain <- Surv(duration, event) ~ age + arm
late <- Surv(entry, duration, event) ~ age + arm
fits <- list(
  list(id = "efron", options = NULL, fit = coxph(plain, d, control = tight)),
  list(id = "breslow", options = list(ties = "breslow"), fit = coxph(plain, d, ties = "breslow", control = tight)),
  list(id = "entry", options = list(entry = "entry"), fit = coxph(late, d, control = tight)),
  list(id = "entry, breslow", options = list(entry = "entry", ties = "breslow"), fit = coxph(late, d, ties = "breslow", control = tight)),
  list(id = "strata", options = list(strata = "site"), fit = coxph(update(plain, . ~ . + strata(site)), d, control = tight)),
  list(id = "weights", options = list(weights = "weight", weights_kind = "sampling"), fit = coxph(plain, d, weights = weight, control = tight)),
  list(id = "entry, strata, weights", options = list(entry = "entry", strata = "site", weights = "weight", weights_kind = "sampling"),
       fit = coxph(update(late, . ~ . + strata(site)), d, weights = weight, control = tight)),
  list(id = "entry, strata, weights, clusters, breslow",
       options = list(entry = "entry", strata = "site", weights = "weight", weights_kind = "sampling", cluster = "cluster", ties = "breslow"),
       fit = coxph(update(late, . ~ . + strata(site)), d, weights = weight, cluster = cluster, ties = "breslow", control = tight)))

kinds <- c(martingale = "martingale", deviance = "deviance", score = "score", schoenfeld = "schoenfeld",
           "scaled-schoenfeld" = "scaledsch", dfbeta = "dfbeta", dfbetas = "dfbetas")
residual_case <- function(f) list(id = f$id, options = f$options,
  residuals = lapply(kinds, function(k) unname(residuals(f$fit, type = k))),
  by_subject = lapply(kinds[c("martingale", "deviance", "score", "dfbeta", "dfbetas")],
                      function(k) unname(residuals(f$fit, type = k, collapse = d$subject))),
  weighted = lapply(kinds[c("martingale", "score")], function(k) unname(residuals(f$fit, type = k, weighted = TRUE))))

table_of <- function(z) list(terms = rownames(z$table), statistic = z$table[, 1], df = z$table[, 2], p_value = z$table[, 3])
zph <- function(fit) c(
  lapply(c(km = "km", rank = "rank", identity = "identity", log = "log"), function(t) table_of(cox.zph(fit, transform = t))),
  list(coefficients = table_of(cox.zph(fit, terms = FALSE)),
       x = cox.zph(fit)$x, y = unname(cox.zph(fit)$y), y_coefficients = unname(cox.zph(fit, terms = FALSE)$y)))
zph_case <- function(f) list(id = f$id, options = f$options, expect = zph(f$fit))

# What plot(cox.zph) draws, read from its code: a natural spline, and twice the error around it.
smooth <- function(fit) {
  z <- cox.zph(fit, terms = FALSE)
  at <- seq(min(z$x), max(z$x), length.out = 40)
  basis <- splines::ns(c(at, z$x), df = 4, intercept = TRUE)
  rows <- basis[-(1:40), ]; points <- basis[1:40, ]
  inverse <- solve(crossprod(rows))
  list(at = at, estimate = points %*% inverse %*% crossprod(rows, z$y),
       width = outer(sqrt(rowSums((points %*% inverse) * points)), sqrt(diag(z$var))))
}

shown <- function(x) list(concordance = x$concordance, std_error = sqrt(x$var),
                          pairs = unname(if (is.matrix(x$count)) colSums(x$count) else x$count))
words <- c(n = "harrell", "n/G2" = "uno", S = "peto", "S/G" = "schemper", I = "logrank")
concordances <- do.call(c, lapply(names(words), function(w) { tw <- w; list(
  list(options = list(weighting = words[[w]]), expect = shown(concordance(Surv(duration, event) ~ score, data = d, reverse = TRUE, timewt = tw))),
  list(options = list(weighting = words[[w]], weights = "weight", weights_kind = "sampling"),
       expect = shown(concordance(Surv(duration, event) ~ score, data = d, reverse = TRUE, timewt = tw, weights = weight))),
  list(options = list(weighting = words[[w]], weights = "count"),
       expect = shown(concordance(Surv(duration, event) ~ score, data = twice, reverse = TRUE, timewt = tw))),
  list(options = list(weighting = words[[w]], strata = "site", weights = "weight", weights_kind = "sampling", cluster = "cluster"),
       expect = shown(concordance(Surv(duration, event) ~ score + strata(site), data = d, reverse = TRUE, timewt = tw, weights = weight, cluster = cluster))),
  list(options = list(weighting = words[[w]], until_day = 6),
       expect = shown(concordance(Surv(duration, event) ~ score, data = d, reverse = TRUE, timewt = tw, ymax = 6))))}))
# concordance 3.5-3 crashes on delayed entry with any other time weight.
late_concordances <- list(
  list(options = list(entry = "entry"), expect = shown(concordance(Surv(entry, duration, event) ~ score, data = d, reverse = TRUE))),
  list(options = list(entry = "entry", strata = "site", weights = "weight", weights_kind = "sampling", cluster = "cluster"),
       expect = shown(concordance(Surv(entry, duration, event) ~ score + strata(site), data = d, reverse = TRUE, weights = weight, cluster = cluster))))

exact <- coxph(plain, d, ties = "exact", control = tight)
exact_late <- coxph(late, d, ties = "exact", control = tight); class(exact_late) <- "coxph"
writeLines(toJSON(list(
  provenance = list(r = R.version.string, survival = as.character(packageVersion("survival")), script = "tests/reference/r/cox_diagnostics.R"),
  data = d,
  residuals = lapply(fits, residual_case),
  exact = list(
    list(options = list(ties = "exact"), martingale = unname(residuals(exact, "martingale")), deviance = unname(residuals(exact, "deviance")),
         zph = table_of(cox.zph(exact))),
    list(options = list(ties = "exact", entry = "entry"), martingale = unname(exact_late$residuals))),
  zph = c(lapply(fits, zph_case),
          list(list(id = "frequency", options = list(weights = "count", ties = "breslow"), expect = zph(coxph(plain, twice, ties = "breslow", control = tight))[1:5]),
               list(id = "frequency, efron", options = list(weights = "count"), expect = zph(coxph(plain, twice, control = tight))[1:5]))),
  smooth = smooth(fits[[1]]$fit),
  concordance = c(concordances, late_concordances)
), auto_unbox = TRUE, digits = I(17), na = "null", dataframe = "columns", matrix = "rowmajor"),
"tests/reference/golden/cox_diagnostics.json")
