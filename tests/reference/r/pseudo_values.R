# Writes tests/reference/golden/pseudo_values.json. Run: Rscript tests/reference/r/pseudo_values.R
suppressMessages({library(survival); library(geepack); library(jsonlite)})
set.seed(20260102)
n <- 40
d <- data.frame(duration = sample(1:15, n, TRUE), event = rbinom(n, 1, .6), age = round(rnorm(n, 45, 9)),
                arm = rep(c(0, 1), n / 2), site = sample(1:8, n, TRUE))
d$cause <- ifelse(d$event == 0, "", sample(c("booster", "relapse"), n, TRUE))
d$row <- seq_len(n)
fit <- survfit(Surv(duration, event) ~ 1, d)
states <- survfit(Surv(duration, factor(cause, c("", "booster", "relapse"))) ~ 1, d, id = row)
by_arm <- survfit(Surv(duration, event) ~ arm, d)
ij <- list(
  survival = unname(unclass(pseudo(fit, times = c(4, 8.5, 12)))),
  rmst = as.vector(pseudo(fit, times = 10, type = "rmst")),
  incidence = unname(pseudo(states, times = 9)[, 2:3]),
  by_arm = as.vector(pseudo(by_arm, times = 8)))
# Exact values, one survfit for each subject left out.
without <- function(f) { all <- f(d); t(sapply(d$row, function(i) n * all - (n - 1) * f(d[-i, ]))) }
S <- function(z) summary(survfit(Surv(duration, event) ~ 1, z), times = c(4, 8, 12), extend = TRUE)$surv
A <- function(z) summary(survfit(Surv(duration, event) ~ 1, z), rmean = 10)$table[["rmean"]]
F <- function(z) summary(survfit(Surv(duration, factor(cause, c("", "booster", "relapse"))) ~ 1, z), times = 9, extend = TRUE)$pstate[2:3]
exact <- list(survival = without(S), rmst = as.vector(without(A)), incidence = without(F))
long <- data.frame(id = rep(d$row, each = 3), time = factor(rep(1:3, n)), age = rep(d$age, each = 3), arm = rep(d$arm, each = 3),
                   site = rep(d$site, each = 3), y = as.vector(t(exact$survival)))
tab <- function(f, v = f$vbeta) list(estimate = unname(f$beta), std_error = unname(sqrt(diag(v))))
gee <- function(link, y, id = long$id) { long$y <- y; long$id <- id; tab(geese(y ~ time - 1 + age + arm, data = long[order(id), ], id = sort(id), mean.link = link, scale.fix = TRUE, control = geese.control(epsilon = 1e-12, maxit = 200))) }
regressions <- list(identity = gee("identity", long$y), logit = gee("logit", long$y), cloglog = gee("cloglog", 1 - long$y),
                    clustered = gee("identity", long$y, long$site))
d$area <- exact$rmst
regressions$rmst_log <- tab(geese(area ~ age + arm, data = d, id = row, mean.link = "log", scale.fix = TRUE, control = geese.control(epsilon = 1e-12, maxit = 200)))
regressions$rmst <- tab(geese(area ~ age + arm, data = d, id = row, scale.fix = TRUE))
writeLines(toJSON(list(
  provenance = list(r = R.version.string, survival = as.character(packageVersion("survival")), geepack = as.character(packageVersion("geepack")),
                    script = "tests/reference/r/pseudo_values.R", data = "simulated in the script"),
  data = d, infinitesimal_jackknife = ij, leave_one_out = exact, regressions = regressions),
  digits = NA, auto_unbox = TRUE, dataframe = "columns", pretty = TRUE), "tests/reference/golden/pseudo_values.json")
