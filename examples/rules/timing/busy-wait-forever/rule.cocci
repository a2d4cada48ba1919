// SPDX-License-Identifier: GPL-2.0-or-later
/// A loop that polls a register has no other end than the device's answer.
//# A register that the bus itself answers for may be polled without a limit.
//
// Confidence: Moderate
// Options: --no-includes --include-headers

virtual report

@poll@
expression address, bits;
identifier read = {readb, readw, readl, readq, ioread8, ioread16, ioread32};
position p;
@@

(
  while@p (read(address) & bits)
  	cpu_relax();
|
  while@p (!(read(address) & bits))
  	cpu_relax();
|
  while@p (read(address) & bits)
  	;
|
  while@p (!(read(address) & bits))
  	;
)

@script:python depends on report@
p << poll.p;
address << poll.address;
@@

coccilib.report.print_report(p[0], "nothing ends this loop when %s never answers" % address)
