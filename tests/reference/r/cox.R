# Writes tests/reference/golden/cox.json. Run: Rscript tests/reference/r/cox.R
suppressMessages({library(survival); library(jsonlite)})
tight <- coxph.control(eps = 1e-13, iter.max = 100, outer.max = 100, toler.chol = 1e-14)

set.seed(20260302)
n <- 48
d <- data.frame(entry = sample(0:6, n, TRUE), event = rbinom(n, 1, .65), site = sample(letters[1:6], n, TRUE))
d$duration <- d$entry + sample(1:9, n, TRUE)       # ties between entries, events and censorings
d$age <- round(rnorm(n, 45, 12), 1)
d$arm <- sample(c("a", "b", "c"), n, TRUE)
d$stratum <- sample(c("x", "y"), n, TRUE)
d$count <- sample(1:3, n, TRUE)
d$share <- round(runif(n, .3, 2.5), 2)
d$shift <- round(rnorm(n, 0, .5), 2)
zero <- d; zero$duration <- pmax(d$duration - 6, 0)  # several events at time 0
new <- data.frame(age = c(30, 55), arm = c("a", "c"), stratum = c("x", "y"), shift = c(0, .4))
at <- c(0, 2, 5, 9, 12)

# Pieces of subjects, the covariate changing at the cut; some have a gap, some a second event.
cut <- floor((d$entry + d$duration) / 2); long <- d$duration - d$entry > 2; gap <- long & seq_len(n) %% 3 == 0
one <- transform(d, subject = seq_len(n), dose = 0)
first <- one; first$duration[long] <- cut[long]; first$event[long] <- as.integer(seq_len(n) %% 5 == 0)[long]
second <- one[long, ]; second$entry <- (cut + gap)[long]; second$dose <- 1
pieces <- rbind(first, second); pieces <- pieces[pieces$entry < pieces$duration, ]

d$row <- zero$row <- seq_len(n)
tables <- list(late = d, zero = zero, pieces = pieces)

curves <- function(fit, conf) {
  s <- summary(survfit(fit, newdata = new, conf.type = conf), times = at, extend = TRUE)
  pick <- function(m) if (is.null(dim(m))) unname(split(m, rep(seq_len(nrow(new)), each = length(at)))) else
    lapply(seq_len(nrow(new)), function(k) m[, k])
  list(conf_type = conf, times = at, estimate = pick(s$surv), std_error = pick(s$std.err), conf_low = pick(s$lower), conf_high = pick(s$upper))
}
fitted_case <- function(id, name, options, surv, rhs, ties, weights = NULL, cluster = NULL, ..., predict = TRUE) {
  data <- tables[[name]]
  named <- list(weights = weights, cluster = cluster)  # columns, by name
  call <- c(list(as.name("coxph"), as.formula(paste(surv, "~", rhs)), data = as.name("data"), control = as.name("tight"), ties = ties),
            lapply(named[lengths(named) > 0], as.name), list(...))
  fit <- eval(as.call(call))
  if (!inherits(fit, "coxph")) class(fit) <- "coxph"
  # The test statistics of the fit itself are printed with two digits by summary().
  out <- list(estimate = unname(coef(fit)), variance = unname(fit$var), loglik = fit$loglik,
              lr = 2 * diff(fit$loglik), wald = fit$wald.test, score = fit$score)
  if (!is.null(fit$naive.var)) out <- c(out, list(naive_variance = unname(fit$naive.var), robust_score = fit$rscore))
  if (predict) out$curves <- lapply(c("log", "log-log"), function(conf) curves(fit, conf))
  if (predict) { h <- basehaz(fit, centered = FALSE); out$baseline <- list(time = h$time, hazard = h$hazard, stratum = if (is.null(h$strata)) rep("", nrow(h)) else as.character(h$strata)) }
  list(id = id, data = name, options = options, expect = out)
}

cases <- list()
for (ties in c("efron", "breslow", "exact")) for (late in c(FALSE, TRUE)) for (strata in c(FALSE, TRUE))
  for (weight in c("none", "count", "share")) for (cluster in c(FALSE, TRUE)) {
    if (ties == "exact" && (weight != "none" || cluster)) next
    data <- if (late) "late" else "zero"
    surv <- if (late) "Surv(entry, duration, event)" else "Surv(duration, event)"
    more <- list(ties = ties)
    options <- list(ties = ties)
    if (late) options$entry <- "entry"
    if (strata) options$strata <- "stratum"
    if (weight != "none") { more$weights <- weight; options$weights <- weight }
    if (cluster) { more$cluster <- "site"; options$cluster <- "site" }
    # Without a cluster, R's robust variance of (start, stop] rows needs to be told that each row stands alone.
    if (!cluster && weight == "share") more$cluster <- "row"
    id <- paste(ties, if (late) "late entry" else "from 0", if (strata) "stratified" else "one stratum", weight, if (cluster) "clusters" else "rows", sep = ", ")
    cases[[length(cases) + 1]] <- do.call(fitted_case, c(list(id, data, options, surv, paste("age + arm", if (strata) "+ strata(stratum)" else "")), more,
                                                        list(predict = !(ties == "exact" && late))))
  }
cases[[length(cases) + 1]] <- fitted_case("offset", "late", list(offset = "shift"), "Surv(duration, event)", "age + arm + offset(shift)", ties = "efron")
cases[[length(cases) + 1]] <- fitted_case("offset, late entry, exact", "late", list(offset = "shift", entry = "entry", ties = "exact"),
                                          "Surv(entry, duration, event)", "age + arm + offset(shift)", ties = "exact", predict = FALSE)
cases[[length(cases) + 1]] <- fitted_case("robust rows", "late", list(robust = TRUE), "Surv(duration, event)", "age + arm", ties = "efron", robust = TRUE)
for (ties in c("efron", "breslow"))
  cases[[length(cases) + 1]] <- fitted_case(paste("pieces,", ties), "pieces", list(entry = "entry", subject = "subject", formula = c("age", "arm", "dose"), ties = ties),
                                            "Surv(entry, duration, event)", "age + arm + dose", ties = ties, cluster = "subject", predict = FALSE)
cases[[length(cases) + 1]] <- fitted_case("interaction and transformation", "late", list(formula = "log(age) * C(stratum) + arm"), "Surv(duration, event)",
                                          "log(age) + stratum + arm + log(age):stratum", ties = "efron", predict = FALSE)
ridge_fit <- function(theta, late) {
  form <- if (late) Surv(entry, duration, event) ~ ridge(age, shift, theta = theta, scale = TRUE) else Surv(duration, event) ~ ridge(age, shift, theta = theta, scale = TRUE)
  fit <- coxph(form, d, control = tight)
  list(theta = theta, late = late, estimate = unname(coef(fit)), variance = unname(fit$var), loglik = fit$loglik, df = sum(fit$df), wald = fit$wald.test)
}
ridge <- list(ridge_fit(2, FALSE), ridge_fit(20, TRUE))
write_json(list(tables = tables, cases = cases, ridge = ridge, new = new), "tests/reference/golden/cox.json", digits = NA, auto_unbox = TRUE, null = "null", na = "null")
