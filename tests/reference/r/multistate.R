# Writes tests/reference/golden/multistate.json. Run: Rscript tests/reference/r/multistate.R
suppressMessages({library(survival); library(jsonlite)})
set.seed(20260103)
kinds <- c("symptomatic", "response", "relapse", "death")
next_of <- list(symptomatic = c("response", "death"), response = c("relapse", "symptomatic"), relapse = c("response", "death", "symptomatic"))
one <- function(i, late, mixed) {
  day <- if (late) sample(0:6, 1) else 0
  now <- if (mixed) sample(kinds[1:3], 1) else "symptomatic"
  end <- day + sample(5:25, 1); out <- NULL
  repeat {
    stay <- day + sample(1:9, 1)
    if (stay >= end) { out <- rbind(out, data.frame(subject = i, start = day, stop = end, from = now, to = "")); break }
    to <- sample(c(next_of[[now]], now), 1)   # now and then a cut without a move
    out <- rbind(out, data.frame(subject = i, start = day, stop = stay, from = now, to = if (to == now) "" else to))
    if (to == "death") break
    now <- to; day <- stay
  }
  out }
table_of <- function(n, late, mixed) do.call(rbind, lapply(seq_len(n), one, late, mixed))
add <- function(d) { n <- max(d$subject); s <- d$subject
  d$arm <- rep(c("a", "b"), length.out = n)[s]; d$weight <- round(runif(n, .3, 2.5), 2)[s]; d$site <- sample(letters[1:6], n, TRUE)[s]; d$age <- round(rnorm(n), 2)[s]; d }
data <- list(plain = add(table_of(60, FALSE, FALSE)), late = add(table_of(60, TRUE, TRUE)), many = add(table_of(250, TRUE, FALSE)))
at <- c(0, 2, 5, 9, 14, 20); tau <- 12

fit_of <- function(d, w) { d$w <- w; survfit(Surv(start, stop, factor(to, c("", kinds))) ~ 1, d, id = subject, istate = factor(from, kinds), influence = TRUE, weights = w) }
curve <- function(d, by = d$subject, w = rep(1, nrow(d))) { f <- fit_of(d, w)
  # In 3.5-3 cluster= is left unused, and without influence= the start counts as known: sum the influences by hand.
  first <- !duplicated(d$subject); who <- d$subject[first]; stopifnot(identical(as.integer(dimnames(f$influence.pstate)[[1]]), as.integer(who)))
  cl <- by[first]; ww <- w[first]; i <- findInterval(at, f$time)
  error <- sapply(seq_along(f$states), function(k) sqrt(colSums(rowsum(ww * f$influence.pstate[, , k], cl)^2)))
  t0 <- c(0, f$time); width <- pmax(diff(pmin(c(t0, Inf), tau)), 0); p <- rbind(f$p0, f$pstate)
  stay <- sapply(seq_along(f$states), function(k) sqrt(sum(rowsum(ww * (f$influence.pstate[, , k] %*% width), cl)^2)))
  list(states = f$states, at = at, estimate = unname(p[i + 1, ]), std_error = unname(error[i + 1, ]), tau = tau,
       days = unname(colSums(width * p)), days_error = stay) }
tight <- coxph.control(eps = 1e-13, iter.max = 100, toler.chol = 1e-14)
moves <- function(d, ...) { f <- coxph(Surv(start, stop, factor(to, c("", kinds))) ~ age, d, id = subject, istate = factor(from, kinds), control = tight, ties = "breslow", ...)
  list(names = names(coef(f)), estimate = unname(coef(f)), std_error = unname(sqrt(diag(vcov(f)))), states = f$states,
    wald = unname(f$wald.test), robust_score = unname(f$rscore)) }

cases <- list(
  list(id = "one start", data = "plain", options = list(), fit = curve(data$plain)),
  list(id = "several starts, late entry", data = "late", options = list(), fit = curve(data$late)),
  list(id = "sampling weights", data = "late", options = list(weights = "weight", weights_kind = "sampling"), fit = curve(data$late, w = data$late$weight)),
  list(id = "clusters", data = "late", options = list(cluster = "site"), fit = curve(data$late, by = data$late$site)),
  list(id = "clusters, sampling weights", data = "plain", options = list(cluster = "site", weights = "weight", weights_kind = "sampling"),
       fit = curve(data$plain, by = data$plain$site, w = data$plain$weight)))
writeLines(toJSON(list(
  provenance = list(r = R.version.string, survival = as.character(packageVersion("survival")), jsonlite = as.character(packageVersion("jsonlite")),
                    script = "tests/reference/r/multistate.R", data = "drawn in the script, seed 20260103"),
  data = data, occupancy = cases, moves = moves(data$many)
), auto_unbox = TRUE, digits = I(17), na = "null", dataframe = "columns", matrix = "rowmajor"), "tests/reference/golden/multistate.json")
