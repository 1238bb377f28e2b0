# One operation of R's survival package; each line on standard input runs it once more.
suppressMessages(library(survival))
arguments <- commandArgs(TRUE)
operation <- arguments[1]
folder <- arguments[2]

covariates <- paste0("x", 1:5)
table_of <- function(name, columns) {
  read <- function(column) {
    path <- file.path(folder, paste0(name, "_", column, ".bin"))
    readBin(path, "double", file.size(path) / 8)
  }
  as.data.frame(sapply(columns, read))
}
recurring <- operation %in% c("andersen_gill", "mean_count")
if (recurring) {
  r <- table_of("recurrent", c("subject_id", "start_day", "stop_day", "event", "group", covariates))
} else {
  d <- table_of("single", c("duration_days", "code", "group", covariates))
  d$state <- factor(d$code, 0:2, c("censored", "relapse", "booster"))
  x <- as.matrix(d[, covariates])
}
model <- Surv(duration_days, code == 1) ~ x1 + x2 + x3 + x4 + x5

operations <- list(
  kaplan_meier = function() {
    summary(survfit(Surv(duration_days, code == 1) ~ group, data = d), times = 365)$surv
  },
  logrank = function() survdiff(Surv(duration_days, code == 1) ~ group, data = d)$chisq,
  aalen_johansen = function() {
    summary(survfit(Surv(duration_days, state) ~ 1, data = d), times = 365)$std.err[, 2]
  },
  aalen_johansen_by = function() {
    summary(survfit(Surv(duration_days, state) ~ group, data = d), times = 365)$std.err[, 2]
  },
  cox = function() {
    y <- Surv(d$duration_days, d$code == 1)
    coxph.fit(x, y, NULL, NULL, NULL, coxph.control(), NULL, "efron", NULL, resid = FALSE,
              nocenter = c(-1, 0, 1))$coefficients
  },
  cox_concordance = function() coxph(model, data = d)$concordance[c("concordance", "std")],
  schoenfeld = function() cox.zph(coxph(model, data = d))$table[, 1],
  andersen_gill = function() {
    fit <- coxph(Surv(start_day, stop_day, event) ~ x1 + x2 + x3 + x4 + x5, data = r,
                 cluster = subject_id)
    c(coef(fit), sqrt(diag(fit$var)))
  },
  mean_count = function() {
    fit <- survfit(Surv(start_day, stop_day, event) ~ group, data = r, id = subject_id,
                   cluster = subject_id)
    found <- summary(fit, times = 365)
    c(found$cumhaz, found$std.chaz)
  }
)

peak_mb <- function() {
  status <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", status)) / 1024
}

cat("ready\n")
input <- file("stdin", "r")
while (length(readLines(input, 1)) > 0) {
  used <- system.time(values <- operations[[operation]]())
  cat(sprintf(
    '{"seconds": %.6f, "processor": %.6f, "peak_mb": %.1f, "values": [%s]}\n',
    used[["elapsed"]], used[["user.self"]] + used[["sys.self"]], peak_mb(),
    paste(sprintf("%.12g", values), collapse = ", ")
  ))
}
