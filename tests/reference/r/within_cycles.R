# Writes tests/reference/golden/within_cycles.json. Run: Rscript tests/reference/r/within_cycles.R
suppressMessages({library(survival); library(lme4); library(nlme); library(jsonlite)})

set.seed(20260103)
subjects <- 24
scores <- do.call(rbind, lapply(seq_len(subjects), function(i) {
  base <- round(runif(1, 22, 40)); level <- rnorm(1, 0, 4); slope <- rnorm(1, 0, .12)
  do.call(rbind, lapply(seq_len(1 + i %% 3), function(cycle) {
    day <- sort(sample(0:40, 3 + (i + cycle) %% 4))
    mean <- 8 + .25 * base + .35 * day - .2 * pmax(day - 14, 0) - 1.5 * (cycle > 1) + .1 * (cycle > 1) * day
    data.frame(subject = i, cycle = cycle, day = day, baseline = base, score = round(mean + level + slope * day + rnorm(length(day), 0, 2.5), 1))
  }))
}))
first <- !duplicated(scores$subject)
scores$b <- scores$baseline - mean(scores$baseline[first]); scores$late <- pmax(scores$day - 14, 0)
scores$later <- as.numeric(scores$cycle > 1); scores$z <- scores$day / max(scores$day)

tight <- lmerControl(optimizer = "Nelder_Mead", optCtrl = list(XtolRel = 1e-14, FtolAbs = 1e-14, FtolRel = 1e-15, maxfun = 1e5))
at <- c(0, 7, 14, 28)
mixed <- function(id, formula, options, terms) {
  fit <- lmer(formula, scores, REML = TRUE, control = tight)
  v <- as.data.frame(VarCorr(fit)); beta <- fixef(fit)
  x <- model.matrix(delete.response(terms(nobars(formula))), data.frame(day = rep(at, 2), late = pmax(rep(at, 2) - 14, 0), later = rep(0:1, each = 4), b = 0))
  list(id = id, options = options, expect = list(beta = unname(beta), std_error = unname(sqrt(diag(as.matrix(vcov(fit))))), loglik = as.numeric(logLik(fit)),
    spread = v$sdcor[is.na(v$var2)], correlation = v$sdcor[!is.na(v$var2)], predicted = unname(drop(x %*% beta)), predicted_error = unname(sqrt(rowSums((x %*% as.matrix(vcov(fit))) * x)))))
}
models <- list(
  mixed("intercepts and slopes", score ~ day + late + later + later:day + later:late + b + (1 + z | subject), list(knots = list(14)), NULL),
  mixed("intercepts", score ~ day + late + later + later:day + later:late + b + (1 | subject), list(knots = list(14), random_slope = FALSE), NULL),
  mixed("parallel", score ~ day + late + later + b + (1 + z | subject), list(knots = list(14), parallel = TRUE), NULL))
nlme_fit <- lme(score ~ day + late + later + later:day + later:late + b, random = ~ 1 | subject, data = scores, control = lmeControl(tolerance = 1e-10, msTol = 1e-12))

# Cycles of boosters: a row per cycle at risk, some left out for want of a dose.
draw <- function(i) {
  rate <- .05 * rgamma(1, 3, 3); day <- 0; end <- runif(1, 60, 200); rows <- NULL; previous <- NA; cycle <- 1
  repeat {
    dose <- sample(c(.5, .75, 1), 1); begin <- day + 7
    stop <- begin + ceiling(rexp(1, rate * exp(.4 * (dose - .75) - .004 * (if (is.na(previous)) 0 else previous))))
    event <- stop < end; stop <- min(stop, end)
    if (begin >= end) break
    rows <- rbind(rows, data.frame(subject = i, cycle = cycle, start = begin, stop = stop, event = as.integer(event), dose = dose, previous = previous))
    if (!event) break
    previous <- stop - day; day <- stop; cycle <- cycle + 1
  }
  rows
}
cycles <- do.call(rbind, lapply(1:60, draw))
cycles$known <- runif(nrow(cycles)) < .85
used <- cycles[cycles$known, ]
used$number <- pmin(used$cycle, 4); used$gap <- used$stop - used$start
later <- cycles[cycles$cycle > 1, ]; later$number <- pmin(later$cycle, 4); later$gap <- later$stop - later$start
control <- coxph.control(eps = 1e-12, iter.max = 200, toler.chol = 1e-14, outer.max = 200)
model <- function(id, fit, options) list(id = id, options = options, expect = list(coef = unname(coef(fit)), std_error = unname(sqrt(diag(as.matrix(fit$naive.var)))), robust_std_error = unname(sqrt(diag(as.matrix(fit$var)))), loglik = fit$loglik))
pwp <- list(
  model("pwp-gap, rows left out", coxph(Surv(gap, event) ~ dose + strata(number), used, cluster = subject, control = control), list(model = "pwp-gap", max_event = 4, rows = "known", terms = list("dose"))),
  model("pwp-total, rows left out", coxph(Surv(start, stop, event) ~ dose + strata(number), used, cluster = subject, control = control), list(model = "pwp-total", max_event = 4, rows = "known", terms = list("dose"))),
  model("pwp-gap, later cycles", coxph(Surv(gap, event) ~ dose + previous + strata(number), later, cluster = subject, control = control), list(model = "pwp-gap", max_event = 4, rows = "later", terms = list("dose", "previous"))))
shared <- coxph(Surv(start, stop, event) ~ dose + previous + frailty(subject, eps = 1e-12), later, control = control)
gaps <- coxph(Surv(gap, event) ~ dose + previous + frailty(subject, theta = .4), later, control = control)
writeLines(toJSON(list(
  provenance = list(r = R.version.string, survival = as.character(packageVersion("survival")), lme4 = as.character(packageVersion("lme4")), nlme = as.character(packageVersion("nlme")), script = "tests/reference/r/within_cycles.R"),
  scores = scores[c("subject", "cycle", "day", "baseline", "score")], mixed = models,
  nlme = list(beta = unname(fixef(nlme_fit)), std_error = unname(sqrt(diag(nlme_fit$varFix))), loglik = as.numeric(logLik(nlme_fit)), sigma = nlme_fit$sigma),
  cycles = cycles, pwp = pwp,
  frailty_gap = list(coef = unname(coef(gaps)), std_error = unname(sqrt(diag(as.matrix(gaps$var)))), loglik = gaps$loglik[2], theta = .4),
  frailty = list(coef = unname(coef(shared)), std_error = unname(sqrt(diag(as.matrix(shared$var)))), loglik = shared$loglik[2], theta = shared$history[[1]]$theta)),
  auto_unbox = TRUE, digits = I(17), na = "null", null = "null"), "tests/reference/golden/within_cycles.json")
