# Writes tests/reference/golden/competing.json. Run: Rscript tests/reference/r/competing.R
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
tight <- coxph.control(eps = 1e-13, iter.max = 100, toler.chol = 1e-14)

set.seed(20260102)
n <- 90
d <- data.frame(entry = sample(0:4, n, TRUE), cause = sample(c("", "booster", "relapse", "switch"), n, TRUE, c(.3, .25, .3, .15)),
                arm = sample(c("a", "b", "c"), n, TRUE), site = sample(letters[1:6], n, TRUE), stratum = sample(c("x", "y"), n, TRUE))
d$duration <- d$entry + sample(1:12, n, TRUE)
d$weight <- round(runif(n, .3, 2.5), 2)
d$age <- round(rnorm(n), 2); d$sex <- rbinom(n, 1, .5)
d$subject <- seq_len(n)
code <- function(x) match(x, c("", "relapse", "booster", "switch")) - 1
zero <- d; zero$duration <- pmax(d$duration - 8, 0)   # many rows end at time 0, of every kind
plain <- d; plain$duration <- d$duration + seq_len(n) / 1000   # no ties

gray <- function(x, ...) { z <- cuminc(x$duration, code(x$cause), x$arm, ...)$Tests
  list(statistic = unname(z[, 1]), p_value = unname(z[, 2]), df = unname(z[, 3])) }
X <- function(x) as.matrix(x[, c("age", "sex")])
crr_of <- function(x, at, ...) { f <- crr(x$duration, code(x$cause), X(x), gtol = 1e-12, maxiter = 50, ...)
  p <- predict(f, rbind(c(0, 0), c(1.5, 1))); i <- findInterval(at, p[, 1])
  list(estimate = unname(f$coef), variance = unname(f$var), inverse_information = unname(f$invinf), loglik_null = f$loglik.null, loglik = f$loglik,
       times = at, incidence = rbind(0, unname(p[, -1]))[i + 1, ]) }
f4 <- function(x) factor(x, c("", "relapse", "booster", "switch"))
cox_of <- function(f) list(estimate = unname(coef(f)), variance = unname(f$var), naive = unname(if (is.null(f$naive.var)) f$var else f$naive.var),
  loglik = f$loglik, score = f$score, robust_score = if (is.null(f$rscore)) NA else f$rscore)
fit <- function(g, ties, by = "subject", strata = NULL) { g$by <- g[[by]]; if (!is.null(strata)) g$st <- g[[strata]]
  model <- if (is.null(strata)) Surv(fgstart, fgstop, fgstatus) ~ age + sex else Surv(fgstart, fgstop, fgstatus) ~ age + sex + strata(st)
  coxph(model, g, weights = fgwt, control = tight, ties = ties, cluster = by) }
at <- c(0, 2, 4, 6, 9, 12)
curve <- function(f) { s <- survfit(f, newdata = data.frame(age = c(0, 1.5), sex = c(0, 1)), se.fit = FALSE)
  list(times = at, incidence = 1 - unname(as.matrix(summary(s, times = at, extend = TRUE)$surv))) }

g0 <- finegray(Surv(duration, f4(cause)) ~ age + sex + site + stratum + subject, zero, etype = "relapse")
g1 <- finegray(Surv(entry, duration, f4(cause)) ~ age + sex + site + stratum + subject, d, id = subject, etype = "relapse")
gw <- finegray(Surv(duration, f4(cause)) ~ age + sex + site + stratum + subject, d, weights = weight, etype = "relapse")
gs <- finegray(Surv(duration, f4(cause)) ~ age + sex + site + subject + strata(stratum), transform(d, s2 = stratum), etype = "relapse")
gs$stratum <- d$stratum[gs$subject]
# Two pieces a subject, the covariate changing between them
long <- d$duration - d$entry > 3; cut <- floor((d$entry + d$duration) / 2)
one <- d[long, ]; one$duration <- cut[long]; one$cause <- ""
two <- d; two$entry[long] <- cut[long]; two$age[long] <- round(two$age[long] + .5, 2)
pieces <- rbind(one, two)
gp <- finegray(Surv(entry, duration, f4(cause)) ~ age + sex + subject, pieces, id = subject, etype = "relapse")

finegray_cases <- list(
  list(id = "zero times", data = "zero", options = list(), fit = cox_of(fit(g0, "breslow", "subject")), curve = curve(fit(g0, "breslow"))),
  list(id = "efron", data = "zero", options = list(ties = "finegray-efron"), fit = cox_of(fit(g0, "efron", "subject")), curve = curve(fit(g0, "efron"))),
  list(id = "clusters", data = "zero", options = list(cluster = "site"), fit = cox_of(fit(g0, "breslow", "site"))),
  list(id = "strata", data = "zero", options = list(strata = "stratum"),
       fit = cox_of(fit(g0, "breslow", strata = "stratum"))),
  list(id = "strata with censoring of their own", data = "d", options = list(strata = "stratum", censoring_groups = "stratum"),
       fit = cox_of(fit(gs, "breslow", strata = "stratum"))),
  list(id = "delayed entry", data = "d", options = list(entry = "entry"), fit = cox_of(fit(g1, "breslow", "subject")), curve = curve(fit(g1, "breslow"))),
  list(id = "delayed entry, clusters, efron", data = "d", options = list(entry = "entry", cluster = "site", ties = "finegray-efron"), fit = cox_of(fit(g1, "efron", "site"))),
  list(id = "delayed entry, strata", data = "d", options = list(entry = "entry", strata = "stratum"),
       fit = cox_of(fit(g1, "breslow", strata = "stratum"))),
  list(id = "sampling weights", data = "d", options = list(weights = "weight", weights_kind = "sampling"), fit = cox_of(fit(gw, "breslow", "subject"))),
  list(id = "sampling weights, efron", data = "d", options = list(weights = "weight", weights_kind = "sampling", ties = "finegray-efron"), fit = cox_of(fit(gw, "efron", "subject"))),
  list(id = "pieces of subjects", data = "pieces", options = list(entry = "entry", subject = "subject"), fit = cox_of(fit(gp, "breslow", "subject"))))

crr_cases <- list(
  list(id = "ties", data = "d", options = list(), fit = crr_of(d, at)),
  list(id = "zero times", data = "zero", options = list(), fit = crr_of(zero, at)),
  list(id = "no ties", data = "plain", options = list(), fit = crr_of(plain, at)),
  list(id = "censoring groups", data = "d", options = list(censoring_groups = "arm"), fit = crr_of(d, at, cengroup = d$arm)),
  list(id = "censoring groups, zero times", data = "zero", options = list(censoring_groups = "stratum"), fit = crr_of(zero, at, cengroup = zero$stratum)))

gray_cases <- list(
  list(id = "ties", data = "d", options = list(), test = gray(d)),
  list(id = "zero times", data = "zero", options = list(), test = gray(zero)),
  list(id = "no ties", data = "plain", options = list(), test = gray(plain)),
  list(id = "strata", data = "d", options = list(strata = "stratum"), test = gray(d, strata = d$stratum)),
  list(id = "many strata", data = "zero", options = list(strata = "site"), test = gray(zero, strata = zero$site)),
  list(id = "rho 1", data = "d", options = list(rho = 1), test = gray(d, rho = 1)),
  list(id = "rho 1, strata", data = "zero", options = list(rho = 1, strata = "stratum"), test = gray(zero, rho = 1, strata = zero$stratum)),
  list(id = "rho -1", data = "d", options = list(rho = -1), test = gray(d, rho = -1)))

# The multi-state coxph takes Breslow's ties; its survfit has no errors.
multi <- coxph(Surv(duration, f4(cause)) ~ age + sex, d, id = subject, cluster = site, control = tight, ties = "breslow")
late <- coxph(Surv(entry, duration, f4(cause)) ~ age + sex, d, id = subject, control = tight, ties = "breslow")
implied <- function(f) { s <- survfit(f, newdata = data.frame(age = c(0, 1.5), sex = c(0, 1))); i <- findInterval(at, s$time)
  list(estimate = unname(coef(f)), variance = unname(vcov(f)), times = at, states = s$states,
       probability = lapply(1:2, function(k) rbind(c(1, 0, 0, 0), unname(s$pstate[, k, ]))[i + 1, ])) }

writeLines(toJSON(list(
  provenance = list(r = R.version.string, survival = as.character(packageVersion("survival")), cmprsk = as.character(packageVersion("cmprsk")),
                    jsonlite = as.character(packageVersion("jsonlite")), script = "tests/reference/r/competing.R", data = "drawn in the script, seed 20260102"),
  data = list(d = d, zero = zero, plain = plain, pieces = pieces),
  cause_specific = list(list(id = "clusters", options = list(cluster = "site"), fit = implied(multi)), list(id = "delayed entry", options = list(entry = "entry", robust = TRUE), fit = implied(late))),
  gray = gray_cases, crr = crr_cases, finegray = finegray_cases
), auto_unbox = TRUE, digits = I(17), na = "null", dataframe = "columns", matrix = "rowmajor"), "tests/reference/golden/competing.json")
