# Writes tests/reference/golden/flexible_parametric.json. Run: Rscript tests/reference/r/flexible_parametric.R
# Royston and Parmar's likelihood written out and handed to R's own optimisers: no package for it is in Debian.
suppressMessages({library(survival); library(jsonlite)})
set.seed(20260104)
n <- 80
d <- data.frame(age = round(rnorm(n, 45, 9)), arm = rep(0:1, n / 2))
true <- exp(3.2 + 0.4 * d$arm - 0.01 * d$age) * rexp(n)^0.8
d$duration <- round(pmin(true, 40), 1) + 0.1; d$event <- as.integer(true <= 40)
d$entry <- ifelse(seq_len(n) %% 3 == 0, round(d$duration / 4, 1), 0)
basis <- function(x, k, power, factor) { lo <- k[1]; hi <- k[length(k)]
  sapply(k[-c(1, length(k))], function(m) { s <- (hi - m) / (hi - lo)
    factor * (pmax(x - m, 0)^power - s * pmax(x - lo, 0)^power - (1 - s) * pmax(x - hi, 0)^power) }) }
fit <- function(df, entry) {
  x <- log(d$duration); e <- d$event == 1
  k <- quantile(x[e], seq(0, 1, length.out = df + 1), names = FALSE)
  X <- cbind(1, x, basis(x, k, 3, 1), d$age - 45, d$arm)
  D <- cbind(0, 1, basis(x, k, 2, 3), 0, 0)
  late <- entry & d$entry > 0; E <- cbind(1, log(d$entry), basis(log(d$entry), k, 3, 1), d$age - 45, d$arm)[late, ]
  minus <- function(b) { s <- drop(D %*% b); if (any(s[e] <= 0)) return(1e10); eta <- drop(X %*% b)
    -(sum((eta + log(pmax(s, 1e-300)) - x)[e]) - sum(exp(eta)) + if (entry) sum(exp(drop(E %*% b))) else 0) }
  w <- survreg(Surv(duration, event) ~ I(age - 45) + arm, d); r <- 1 / w$scale
  b <- c(-coef(w)[1] * r, r, rep(0, df - 1), -coef(w)[2:3] * r)
  for (i in 1:30) b <- optim(b, minus, method = if (i %% 2) "Nelder-Mead" else "BFGS", control = list(reltol = 1e-16, maxit = 20000))$par
  list(df = df, entry = entry, knots = exp(k), coefficients = unname(b), loglik = -minus(b), std_error = sqrt(diag(solve(optimHess(b, minus, control = list(ndeps = rep(1e-4, length(b))))))))
}
cases <- list(fit(2, FALSE), fit(3, FALSE), fit(3, TRUE), fit(4, FALSE))
writeLines(toJSON(list(
  provenance = list(r = R.version.string, survival = as.character(packageVersion("survival")), script = "tests/reference/r/flexible_parametric.R", data = "simulated in the script"),
  data = d, cases = cases), digits = NA, auto_unbox = TRUE, dataframe = "columns", pretty = TRUE), "tests/reference/golden/flexible_parametric.json")
