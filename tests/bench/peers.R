# One operation of R's survival package; each line on standard input runs it once more.
suppressMessages(library(survival))
arguments <- commandArgs(TRUE)
operation <- arguments[1]
folder <- arguments[2]
n <- file.size(file.path(folder, "duration.bin")) / 8
column <- function(name) readBin(file.path(folder, paste0(name, ".bin")), "double", n)
d <- data.frame(duration = column("duration"), group = column("group"), cause = column("code"))
d$state <- factor(d$cause, 0:2, c("censored", "relapse", "booster"))

operations <- list(
  version = function() NULL,
  kaplan_meier = function() {
    summary(survfit(Surv(duration, cause == 1) ~ group, data = d), times = 365)$surv
  },
  logrank = function() survdiff(Surv(duration, cause == 1) ~ group, data = d)$chisq,
  aalen_johansen = function() {
    summary(survfit(Surv(duration, state) ~ 1, data = d), times = 365)$pstate[, 2]
  },
  aalen_johansen_by = function() {
    summary(survfit(Surv(duration, state) ~ group, data = d), times = 365)$pstate[, 2]
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
