# SPDX-License-Identifier: GPL-2.0-or-later
"""What a job wants its guest to have, in QEMU's words and in the kernel's."""

from __future__ import annotations

from collections.abc import Set

from vreview.ports import Hardware

_OPTIONS = {
    # Remapped interrupts need the interrupt controller in QEMU, not in KVM; TCG does not mind.
    # With caching-mode a driver must flush what it maps as well as what it unmaps.
    Hardware.IOMMU: (
        *("-machine", "kernel-irqchip=split"),
        *("-device", "intel-iommu,intremap=on,caching-mode=on"),
    ),
    # Its default mask of 28 bits would turn other addresses into low ones.
    Hardware.EDU: ("-device", "edu,dma_mask=0xffffffffffffffff"),
}

_WORDS = {
    # Off by default in kernels of common.config. The second is for kernels without IRQ_REMAP: a
    # guest's own device, which nobody attacks, may be handed over all the same.
    Hardware.IOMMU: ("intel_iommu=on", "vfio_iommu_type1.allow_unsafe_interrupts=1"),
    Hardware.EDU: (),
}


def qemu_options(wanted: Set[Hardware]) -> tuple[str, ...]:
    """Options for a machine of type q35, the IOMMU before what is behind it."""
    return tuple(word for part in Hardware if part in wanted for word in _OPTIONS[part])


def kernel_words(wanted: Set[Hardware]) -> tuple[str, ...]:
    """What the kernel's command line needs so that the hardware is used."""
    return tuple(word for part in Hardware if part in wanted for word in _WORDS[part])
