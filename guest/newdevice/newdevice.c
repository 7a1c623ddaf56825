// SPDX-License-Identifier: GPL-2.0
/*
 * Driver for the PCI device newdev (1337:0001) of Tandem and for QEMU's edu (1234:11e8): /proc/newdevice is the buffer
 * of the device, 4096 bytes; of edu's the first half.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/idr.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>

#define BUFFER_SIZE 4096
#define TIMEOUT (5 * HZ)

/* Registers of newdev, in region 0 and, but for the buffer, in region 1. */
#define NEW_ID 0x00
#define NEW_STATUS 0x04
#define NEW_CONTROL 0x08
#define NEW_DOORBELL 0x0c
#define NEW_SOURCE 0x10
#define NEW_DESTINATION 0x18
#define NEW_LENGTH 0x20
#define NEW_FILLED 0x28
#define NEW_INDEX 0x2c
#define NEW_DATA 0x30
#define NEW_BUFFER 0x1000
#define NEW_ID_VALUE 0x3156444e
#define STATUS_DONE 2
#define STATUS_ERROR 4
#define STATUS_RUNG 8
#define CONTROL_START 1
#define CONTROL_TO_MEMORY 2
#define CONTROL_INTERRUPT 4

/* Registers of edu. */
#define EDU_INTERRUPT 0x24
#define EDU_RAISE 0x60
#define EDU_ACKNOWLEDGE 0x64
#define EDU_SOURCE 0x80
#define EDU_DESTINATION 0x88
#define EDU_COUNT 0x90
#define EDU_COMMAND 0x98
#define EDU_BUFFER 0x40000
#define EDU_CAUSE_RING 0x1
#define EDU_CAUSE_DMA 0x100
#define COMMAND_START 1
#define COMMAND_TO_MEMORY 2
#define COMMAND_INTERRUPT 4

enum newdevice_kind { KIND_NEWDEV, KIND_EDU };
enum newdevice_access { ACCESS_DMA, ACCESS_MMIO, ACCESS_PIO };

static char *access = "dma";
module_param(access, charp, 0444);
MODULE_PARM_DESC(access, "how bytes get to newdev and back: dma, mmio or pio");

struct newdevice {
	struct pci_dev *pdev;
	enum newdevice_kind kind;
	enum newdevice_access access;
	int number;
	void __iomem *registers;
	void __iomem *ports;
	/* What the device moves to and from. */
	void *buffer;
	dma_addr_t bus_address;
	struct proc_dir_entry *entry;
	/* One user of the device, of the buffer and of `filled` at a time. */
	struct mutex lock;
	size_t filled;
	/* QEMU's edu takes no transfer that reaches the last byte of its buffer: half of it is enough. */
	size_t capacity;
	/* Set by the interrupt, waited for by whoever holds the lock. */
	struct completion moved;
	struct completion rung;
	bool failed;
	atomic_t interrupts;
	/* Bytes that the device has moved as a bus master. */
	u64 sent, received;
};

static DEFINE_IDA(numbers);

static irqreturn_t newdevice_interrupt(int irq, void *data)
{
	struct newdevice *device = data;
	u32 causes;

	if (device->kind == KIND_EDU) {
		causes = ioread32(device->registers + EDU_INTERRUPT);
		if (!causes)
			return IRQ_NONE;
		iowrite32(causes, device->registers + EDU_ACKNOWLEDGE);
		atomic_inc(&device->interrupts);
		if (causes & EDU_CAUSE_DMA)
			complete(&device->moved);
		if (causes & EDU_CAUSE_RING)
			complete(&device->rung);
		return IRQ_HANDLED;
	}
	causes = ioread32(device->registers + NEW_STATUS) & (STATUS_DONE | STATUS_ERROR | STATUS_RUNG);
	if (!causes)
		return IRQ_NONE;
	iowrite32(causes, device->registers + NEW_STATUS);
	atomic_inc(&device->interrupts);
	if (causes & (STATUS_DONE | STATUS_ERROR)) {
		WRITE_ONCE(device->failed, causes & STATUS_ERROR);
		complete(&device->moved);
	}
	if (causes & STATUS_RUNG)
		complete(&device->rung);
	return IRQ_HANDLED;
}

static void newdevice_write64(u64 value, void __iomem *place)
{
	iowrite32(lower_32_bits(value), place);
	iowrite32(upper_32_bits(value), place + 4);
}

/* Moves bytes between `buffer` and the same place in the device. */
static int newdevice_dma(struct newdevice *device, size_t start, size_t count, bool to_memory)
{
	u64 memory = device->bus_address + start;
	u64 inner = start + (device->kind == KIND_EDU ? EDU_BUFFER : 0);
	u64 source = to_memory ? inner : memory;
	u64 destination = to_memory ? memory : inner;

	reinit_completion(&device->moved);
	device->failed = false;
	if (device->kind == KIND_EDU) {
		newdevice_write64(source, device->registers + EDU_SOURCE);
		newdevice_write64(destination, device->registers + EDU_DESTINATION);
		newdevice_write64(count, device->registers + EDU_COUNT);
		iowrite32(COMMAND_START | COMMAND_INTERRUPT | (to_memory ? COMMAND_TO_MEMORY : 0),
			  device->registers + EDU_COMMAND);
	} else {
		newdevice_write64(source, device->registers + NEW_SOURCE);
		newdevice_write64(destination, device->registers + NEW_DESTINATION);
		iowrite32(count, device->registers + NEW_LENGTH);
		iowrite32(CONTROL_START | CONTROL_INTERRUPT | (to_memory ? CONTROL_TO_MEMORY : 0),
			  device->registers + NEW_CONTROL);
	}
	if (!wait_for_completion_timeout(&device->moved, TIMEOUT))
		return -ETIMEDOUT;
	if (READ_ONCE(device->failed))
		return -EIO;
	if (to_memory)
		device->received += count;
	else
		device->sent += count;
	return 0;
}

static int newdevice_move(struct newdevice *device, size_t start, size_t count, bool to_memory)
{
	u8 *bytes = (u8 *)device->buffer + start;

	switch (device->access) {
	case ACCESS_DMA:
		return newdevice_dma(device, start, count, to_memory);
	case ACCESS_MMIO:
		if (to_memory)
			memcpy_fromio(bytes, device->registers + NEW_BUFFER + start, count);
		else
			memcpy_toio(device->registers + NEW_BUFFER + start, bytes, count);
		return 0;
	case ACCESS_PIO:
		iowrite32(start, device->ports + NEW_INDEX);
		if (to_memory)
			ioread8_rep(device->ports + NEW_DATA, bytes, count);
		else
			iowrite8_rep(device->ports + NEW_DATA, bytes, count);
		return 0;
	}
	return -EINVAL;
}

static void newdevice_set_filled(struct newdevice *device, size_t filled)
{
	device->filled = filled;
	if (device->kind == KIND_NEWDEV)
		iowrite32(filled, device->registers + NEW_FILLED);
}

/* --- /proc/newdevice --- */

static int newdevice_open(struct inode *inode, struct file *file)
{
	struct newdevice *device = pde_data(inode);

	file->private_data = device;
	if ((file->f_flags & O_TRUNC) && (file->f_mode & FMODE_WRITE)) {
		mutex_lock(&device->lock);
		newdevice_set_filled(device, 0);
		mutex_unlock(&device->lock);
	}
	return 0;
}

static int newdevice_release(struct inode *inode, struct file *file)
{
	return 0;
}

static ssize_t newdevice_read(struct file *file, char __user *to, size_t count, loff_t *position)
{
	struct newdevice *device = file->private_data;
	ssize_t result = 0;

	if (mutex_lock_interruptible(&device->lock))
		return -ERESTARTSYS;
	if (*position < device->filled && count) {
		count = min_t(size_t, count, device->filled - *position);
		result = newdevice_move(device, *position, count, true);
		if (!result && copy_to_user(to, (u8 *)device->buffer + *position, count))
			result = -EFAULT;
		if (!result) {
			result = count;
			*position += count;
		}
	}
	mutex_unlock(&device->lock);
	return result;
}

static ssize_t newdevice_write(struct file *file, const char __user *from, size_t count, loff_t *position)
{
	struct newdevice *device = file->private_data;
	ssize_t result;

	if (!count)
		return 0;
	if (mutex_lock_interruptible(&device->lock))
		return -ERESTARTSYS;
	if (file->f_flags & O_APPEND)
		*position = device->filled;
	if (*position >= device->capacity) {
		result = -ENOSPC;
		goto out;
	}
	/* A hole is filled with zeros, as in any file. */
	if (*position > device->filled) {
		memset((u8 *)device->buffer + device->filled, 0, *position - device->filled);
		result = newdevice_move(device, device->filled, *position - device->filled, false);
		if (result)
			goto out;
	}
	count = min_t(size_t, count, device->capacity - *position);
	if (copy_from_user((u8 *)device->buffer + *position, from, count)) {
		result = -EFAULT;
		goto out;
	}
	result = newdevice_move(device, *position, count, false);
	if (result)
		goto out;
	*position += count;
	if (*position > device->filled)
		newdevice_set_filled(device, *position);
	result = count;
out:
	mutex_unlock(&device->lock);
	return result;
}

static loff_t newdevice_seek(struct file *file, loff_t offset, int whence)
{
	struct newdevice *device = file->private_data;

	return fixed_size_llseek(file, offset, whence, READ_ONCE(device->filled));
}

static const struct proc_ops newdevice_file = {
	.proc_open = newdevice_open,
	.proc_read = newdevice_read,
	.proc_write = newdevice_write,
	.proc_lseek = newdevice_seek,
	.proc_release = newdevice_release,
};

/* --- the attribute `ring` --- */

static ssize_t ring_show(struct device *dev, struct device_attribute *attribute, char *text)
{
	struct newdevice *device = dev_get_drvdata(dev);

	return sysfs_emit(text, "%d\n", atomic_read(&device->interrupts));
}

static ssize_t ring_store(struct device *dev, struct device_attribute *attribute, const char *text, size_t count)
{
	struct newdevice *device = dev_get_drvdata(dev);
	unsigned int times;
	ssize_t result = kstrtouint(text, 0, &times);

	if (result)
		return result;
	if (mutex_lock_interruptible(&device->lock))
		return -ERESTARTSYS;
	result = count;
	while (times--) {
		reinit_completion(&device->rung);
		if (device->kind == KIND_EDU)
			iowrite32(EDU_CAUSE_RING, device->registers + EDU_RAISE);
		else
			iowrite32(1, device->registers + NEW_DOORBELL);
		if (!wait_for_completion_timeout(&device->rung, TIMEOUT)) {
			result = -ETIMEDOUT;
			break;
		}
	}
	mutex_unlock(&device->lock);
	return result;
}
static DEVICE_ATTR_RW(ring);

static struct attribute *newdevice_attrs[] = { &dev_attr_ring.attr, NULL };
ATTRIBUTE_GROUPS(newdevice);

/* --- probe and remove --- */

static int newdevice_choose_access(struct newdevice *device)
{
	if (!strcmp(access, "dma") || device->kind == KIND_EDU)
		device->access = ACCESS_DMA;
	else if (!strcmp(access, "mmio"))
		device->access = ACCESS_MMIO;
	else if (!strcmp(access, "pio") && device->ports)
		device->access = ACCESS_PIO;
	else
		return dev_err_probe(&device->pdev->dev, -EINVAL, "access=%s is not dma, mmio or pio\n", access);
	return 0;
}

static int newdevice_check(struct newdevice *device)
{
	if (device->kind == KIND_EDU)
		return (ioread32(device->registers) & 0xff) == 0xed ? 0 : -ENODEV;
	if (ioread32(device->registers + NEW_ID) != NEW_ID_VALUE)
		return -ENODEV;
	/* The ports are the same registers. */
	if (device->ports && ioread32(device->ports + NEW_ID) != NEW_ID_VALUE)
		return -ENODEV;
	return 0;
}

static int newdevice_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct newdevice *device;
	char name[32];
	int result;

	device = devm_kzalloc(&pdev->dev, sizeof(*device), GFP_KERNEL);
	if (!device)
		return -ENOMEM;
	device->pdev = pdev;
	device->kind = id->driver_data;
	device->capacity = device->kind == KIND_EDU ? BUFFER_SIZE / 2 : BUFFER_SIZE;
	mutex_init(&device->lock);
	init_completion(&device->moved);
	init_completion(&device->rung);
	pci_set_drvdata(pdev, device);

	result = pcim_enable_device(pdev);
	if (result)
		return result;
	result = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (result)
		return dev_err_probe(&pdev->dev, result, "no memory within 32 bits\n");
	device->registers = pcim_iomap(pdev, 0, 0);
	if (!device->registers)
		return -ENOMEM;
	if (pci_resource_flags(pdev, 1) & IORESOURCE_IO)
		device->ports = pcim_iomap(pdev, 1, 0);
	result = newdevice_check(device);
	if (result)
		return dev_err_probe(&pdev->dev, result, "the registers do not answer\n");
	result = newdevice_choose_access(device);
	if (result)
		return result;
	device->buffer = dmam_alloc_coherent(&pdev->dev, BUFFER_SIZE, &device->bus_address, GFP_KERNEL);
	if (!device->buffer)
		return -ENOMEM;
	pci_set_master(pdev);

	result = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSIX | PCI_IRQ_MSI | PCI_IRQ_INTX);
	if (result < 0)
		goto no_vectors;
	result = request_irq(pci_irq_vector(pdev, 0), newdevice_interrupt,
			     pdev->msi_enabled || pdev->msix_enabled ? 0 : IRQF_SHARED, "newdevice", device);
	if (result)
		goto no_interrupt;
	if (device->kind == KIND_NEWDEV)
		iowrite32(CONTROL_INTERRUPT, device->registers + NEW_CONTROL);
	newdevice_set_filled(device, 0);

	device->number = ida_alloc(&numbers, GFP_KERNEL);
	if (device->number < 0) {
		result = device->number;
		goto no_number;
	}
	if (device->number)
		snprintf(name, sizeof(name), "newdevice%d", device->number);
	else
		snprintf(name, sizeof(name), "newdevice");
	device->entry = proc_create_data(name, 0666, NULL, &newdevice_file, device);
	if (!device->entry) {
		result = -ENOMEM;
		goto no_entry;
	}
	dev_info(&pdev->dev, "/proc/%s, %s, %s\n", name, access, pdev->msix_enabled ? "MSI-X" : pdev->msi_enabled ? "MSI" : "INTx");
	return 0;

no_entry:
	ida_free(&numbers, device->number);
no_number:
	if (device->kind == KIND_NEWDEV)
		iowrite32(0, device->registers + NEW_CONTROL);
	free_irq(pci_irq_vector(pdev, 0), device);
no_interrupt:
	pci_free_irq_vectors(pdev);
no_vectors:
	pci_clear_master(pdev);
	return result;
}

/* The removal of the entry waits for readers and writers, and keeps new ones out. */
static void newdevice_remove(struct pci_dev *pdev)
{
	struct newdevice *device = pci_get_drvdata(pdev);

	proc_remove(device->entry);
	ida_free(&numbers, device->number);
	if (device->kind == KIND_NEWDEV)
		iowrite32(0, device->registers + NEW_CONTROL);
	free_irq(pci_irq_vector(pdev, 0), device);
	pci_free_irq_vectors(pdev);
	pci_clear_master(pdev);
	dev_info(&pdev->dev, "DMA moved %llu bytes to the device and %llu from it, %d interrupts\n", device->sent,
		 device->received, atomic_read(&device->interrupts));
}

static const struct pci_device_id newdevice_ids[] = {
	{ PCI_DEVICE(0x1337, 0x0001), .driver_data = KIND_NEWDEV },
	{ PCI_DEVICE(0x1234, 0x11e8), .driver_data = KIND_EDU },
	{}
};
MODULE_DEVICE_TABLE(pci, newdevice_ids);

static struct pci_driver newdevice_driver = {
	.name = "newdevice",
	.id_table = newdevice_ids,
	.probe = newdevice_probe,
	.remove = newdevice_remove,
	.dev_groups = newdevice_groups,
};
module_pci_driver(newdevice_driver);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Driver for the PCI device newdev of Tandem and for QEMU's edu");
