# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions that a stack only passes through: how the kernel reports, locks, waits, frees."""

from __future__ import annotations

import re

HELPERS = re.compile(
    r"""(?:
      _*dump_stack(?:_lvl)? | show_stack | show_regs | show_trace_log_lvl |
      _*warn(?:_slowpath\w*)? | __warn_printk | report_bug | handle_bug | exc_\w+ | asm_exc_\w+ |
      do_error_trap | do_trap\w* | die(?:_body)? | _*die_addr | oops_end | page_fault_oops |
      kernelmode_fixup_or_oops | no_context | bad_area\w* | do_user_addr_fault | handle_page_fault |
      do_page_fault | error_entry | panic | vpanic | check_panic_on_warn | nmi_\w+ |
      default_do_nmi | end_repeat_nmi | perf_event_nmi_handler | sysvec_\w+ | asm_sysvec_\w+ |
      print_\w+ | _*kasan_\w+ | _*asan_\w+ | check_memory_region\w* | __ubsan_\w+ | ubsan_\w+ |
      handle_overflow | _*lock_acquire | lock_release | lockdep_\w+ |
      check_(?:noncircular|prev_add|prevs_add|irq_usage|deadlock|wait_context)\w* |
      validate_chain | mark_lock\w* | mark_usage | mark_held_locks | valid_state | __bfs |
      _*might_(?:sleep|resched|fault) | ___might_sleep | __might_resched | __schedule_bug |
      refcount_warn_saturate | __list_\w+_valid(?:_or_report)? | kmsan_\w+ | __msan_\w+ |
      kcsan_\w+ | __tsan_\w+ | debug_check_no_locks_\w+ | register_lock_class | assign_lock_key |
      check_flags\w* | rcu_read_lock\w* | watchdog_timer_fn | watchdog_overflow_callback |
      __perf_event_overflow | handle_pmi_common | intel_pmu_handle_irq | __hrtimer_run_queues |
      hrtimer_interrupt | __sysvec_\w+ | dump_header | dump_page | oom_kill_process |
      out_of_memory | mem_cgroup_out_of_memory | bad_page | rcu_\w*stall\w* |
      rcu_sched_clock_irq | update_process_times | tick_\w+ |
      spin_bug | spin_dump | rwlock_bug | do_raw_(?:spin|read|write)_(?:un)?lock |
      debug_spin_\w+ | report_\w+ | add_taint | preempt_count_\w+ | check_preemption_disabled |
      debug_smp_processor_id | __this_cpu_preempt_check | usercopy_abort |
      _*check_(?:object_size|heap_object|stack_object) | _*fortify_(?:panic|report) |
      debug_print_object | _*debug_check_no_obj_freed | debug_object_\w+ |
      slab_(?:bug|err) | object_err |
      free_debug_processing | alloc_debug_processing | check_(?:slab|bytes_and_report|object) |
      on_freelist | warn_alloc | __stack_chk_fail | handle_stack_overflow | handle_cfi_failure |
      sched_show_task | show_state_filter | csd_lock_(?:record|wait_toolong)\w* |
      __cant_(?:sleep|migrate) | lock_(?:contended|acquired) | fail_dump | should_fail\w* |
      arm64_\w+ | die_kernel_fault | __do_kernel_fault | do_(?:translation|alignment)_fault |
      do_mem_abort | do_sea | do_bad(?:_area)? | do_tag_check_fault | do_undefinstr | do_serror |
      do_el1_\w+ | do_debug_exception | bug_handler | brk_handler | call_break_hook |
      cfi_handler | reserved_fault_handler | el1_\w+ | el1h_\w+ | dump_backtrace | bad_mode |
      handle_bad_stack | panic_bad_stack | __bad_stack
    )""",
    re.VERBOSE,
)
"""Functions that tell how the kernel reports, not what went wrong."""

LOCKING = re.compile(
    r"""(?:
      _*mutex_(?:un)?lock\w* | _*down_(?:read|write)\w* |
      _*raw_(?:spin|read|write)_(?:un|try)?lock\w* | _*(?:spin|read|write)_(?:un|try)?lock\w* |
      ww_mutex_lock\w* | rt_mutex_\w+ | do_raw_\w+ | lock_sock\w* | rwsem_\w+ | percpu_down_\w+
    | _*might_lock\w* | cpus_read_lock | flush_work | __flush_work | _*up_(?:read|write)
    )""",
    re.VERBOSE,
)
WAITING = re.compile(
    r"""(?:
      _*schedule(?:_\w+)? | msleep\w* | usleep_range\w* | io_schedule\w* | preempt_schedule\w* |
      _*wait_(?:for_|on_)\w+ |
      do_wait_for_common | _*cond_resched\w* | bit_wait\w* | out_of_line_wait\w* |
      context_switch | _*mutex_lock\w* | rwsem_down_\w+ | _*down_(?:read|write)\w* |
      _*synchronize_s?rcu\w* | dequeue_\w+ | _*switch_to | rcu_note_context_switch | _*flush_work
    )""",
    re.VERBOSE,
)
FREEING = re.compile(
    r"""(?:
      _*slab_\w+ | do_slab_free | cache_free\w* | _*k?v?free\w* | _*kmem_cache_free\w* |
      _*free_pages\w* | _*free_(?:unref_)?page\w* | free_pcp\w* | free_tail_pages_check |
      free_large_kmalloc | kvfree\w* | _*vunmap\w* | _*vfree\w*
    )""",
    re.VERBOSE,
)
ALLOCATING = re.compile(
    r"""(?:
      _*k[vmzc]?[mzc]?alloc\w* | _*krealloc\w* | _*kmem_cache_\w*alloc\w* | _*slab_\w+ |
      ___?slab_alloc | _*alloc_pages\w* | _*vmalloc\w* | _*kmalloc\w* | kmemleak_\w+ |
      create_object | _*get_free_pages | kstrdup\w* | kmemdup\w* | memdup_\w+ | k?v?asprintf |
      kasprintf | kvasprintf\w* | pcpu_\w+ | _*alloc_percpu\w* | new_slab | allocate_slab |
      prep_new_page | post_alloc_hook | get_page_from_freelist | _*folio_alloc\w*
    )""",
    re.VERBOSE,
)
MEMORY = re.compile(
    r"""(?:
      _*mem(?:cpy|move|set|cmp|chr|scan)\w* | _*str(?:n|l|s)?(?:cpy|cat|len|cmp|chr|str)\w* |
      _*(?:raw_)?copy_(?:to|from)_(?:user|iter)\w* | _*instrument_\w+ | _*(?:arch_)?atomic\w*
    )""",
    re.VERBOSE,
)
KASAN = re.compile(f"{MEMORY.pattern}|{FREEING.pattern}", re.VERBOSE)
COUNTING = re.compile(r"(?:_*refcount_\w+|kobject_(?:get|put)|kref_\w+|_*(?:get|put)_device)")
OBJECTS = re.compile(
    rf"""(?:
      _*(?:hrtimer|timer|mod_timer|add_timer|del_timer|work|percpu|rcu|call_rcu)\w* |
      init_timer\w* | __init_work | _*destroy_\w+_on_stack | kobject_\w+ | kvfree_call_rcu |
      {FREEING.pattern}
    )""",
    re.VERBOSE,
)
REGISTERING = re.compile(
    r"(?:kobject_\w+|_*device_(?:add|del|register|release|create|initialize)\w*|put_device|kref_put"
    r"|sysfs_\w+|internal_create_group\w*|create_dir|proc_(?:register|mkdir|create)\w*)"
)
BUSY = re.compile(
    r"(?:_*(?:raw_)?spin_\w+|_*raw_(?:spin|read|write)_\w+|native_\w+|queued_\w+"
    r"|csd_lock_wait\w*|smp_call_function\w*|cpu_relax|__delay|delay_\w+|_*(?:const_)?udelay)"
)
DMA = re.compile(r"_*(?:debug_)?dma_\w+|check_(?:unmap|sync|map)\w*|add_dma_entry|err_printk")
SLAB = re.compile(f"{FREEING.pattern}|{ALLOCATING.pattern}", re.VERBOSE)
